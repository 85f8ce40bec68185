using System.CommandLine;
using System.Globalization;
using Sam.Cli.Training;
using Sam.Native;

namespace Sam.Cli.Commands;

/// <summary>The options about gradients, averages and parameter groups.</summary>
internal sealed class StepFlags
{
    private const double LargestNumber = 1e30;

    private readonly Option<double?> _clipNorm = OptionFactory.OptionalReal(
        "--clip-norm",
        new NumberRange(0, LargestNumber, OpenBelow: true),
        "Largest norm of a gradient over all parameters; a longer one is scaled down [default: no limit].");

    private readonly Option<double?> _clipValue = OptionFactory.OptionalReal(
        "--clip-value",
        new NumberRange(0, LargestNumber, OpenBelow: true),
        "Largest magnitude of an element of a gradient [default: no limit].");

    private readonly Option<string> _clip = OptionFactory.Choice(
        "--clip",
        ClippedGradients.Second,
        "Which gradient of a step is limited: first, which gives the perturbation; second, which the base optimizer sees; or both.");

    private readonly Option<double?> _lossDecay = OptionFactory.OptionalReal(
        "--loss-decay",
        new NumberRange(0, 1000),
        "Weight decay as a part of the loss, this times the square of the weights' norm, which the perturbation sees too [default: 0].");

    private readonly Option<int?> _microBatch = OptionFactory.OptionalWhole(
        "--micro-batch",
        new NumberRange(1, 8192),
        "Images that go through the model at once, to save memory: a step's gradients are summed over so many at a time, and make one perturbation [default: the batch].");

    private readonly Option<double?> _ema = OptionFactory.OptionalReal(
        "--ema",
        new NumberRange(0, 1, OpenBelow: true, OpenAbove: true),
        "Keep an exponential average of the weights, with this share of it kept in each step, and test that, with batch normalization's statistics taken anew over the training images [default: none].");

    private readonly Option<int?> _swa = OptionFactory.OptionalWhole(
        "--swa",
        new NumberRange(1, int.MaxValue),
        "Keep the mean of the weights from this step on, counted from 1, and test that, with statistics as for --ema [default: none].");

    private readonly Option<int?> _swaEvery = OptionFactory.OptionalWhole(
        "--swa-every", new NumberRange(1, int.MaxValue), "Steps from one whose weights count in --swa to the next [default: 1].");

    private readonly Option<double?> _lossScale = OptionFactory.OptionalReal(
        "--loss-scale",
        new NumberRange(0, LargestNumber, OpenBelow: true),
        "Scale of the loss in backward passes at first; it is halved, and the step skipped, where a gradient is not finite [default: no scale].");

    private readonly Option<int?> _lossScaleSteps = OptionFactory.OptionalWhole(
        "--loss-scale-steps", new NumberRange(1, int.MaxValue), "Steps in a row without a skip after which --loss-scale doubles [default: 2000].");

    private readonly Option<string[]> _groups = new("--group")
    {
        Description =
            "Settings of the parameters whose names fit a pattern, such as 'fc*:lr=0.1,decay=0' or 'conv1.*:frozen': lr and rho are factors, "
            + "decay replaces --weight-decay, frozen leaves them as they are, unperturbed leaves them out of the perturbation. May be given "
            + "several times; the first that fits counts [default: none].",
        HelpName = "group",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = static result =>
        {
            foreach (string text in result.Tokens.Select(static token => token.Value))
            {
                if (!GroupSettings.TryParse(text, out _))
                {
                    return OptionFactory.Fail<string[]>(result, $"--group takes {GroupSettings.Takes}, not '{text}'.");
                }
            }

            return [.. result.Tokens.Select(static token => token.Value)];
        },
    };

    private readonly Option<bool> _noDecay = new("--no-decay")
    {
        Description = "No weight decay for biases and normalization layers, but for those that a --group has [default: decay for all].",
    };

    /// <summary>The first option, which stands under the heading.</summary>
    public const string First = "--clip-norm";

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])
            [_clipNorm, _clipValue, _clip, _lossDecay, _microBatch, _ema, _swa, _swaEvery, _lossScale, _lossScaleSteps, _groups, _noDecay])
        {
            command.Add(option);
        }
    }

    /// <summary>The settings that were asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="batch">Images per step.</param>
    /// <param name="m">--m, or null.</param>
    /// <exception cref="CommandException">Two options do not go together.</exception>
    public StepSettings Read(ParseResult parsed, int batch, int? m)
    {
        int? microBatch = parsed.GetValue(_microBatch);
        if (microBatch is not null && m is not null)
        {
            throw new CommandException("--m cuts the batch already, with a perturbation for each piece; give it, or --micro-batch.");
        }

        if (microBatch > batch)
        {
            throw new CommandException($"--micro-batch is a part of --batch, which is {batch}; it cannot be {microBatch}.");
        }

        Exclude(parsed, _clipNorm, _clipValue);
        Exclude(parsed, _ema, _swa);
        Need(parsed, _clip, _clipNorm, _clipValue);
        Need(parsed, _swaEvery, _swa);
        Need(parsed, _lossScaleSteps, _lossScale);
        return new StepSettings
        {
            ClipNorm = (float?)parsed.GetValue(_clipNorm),
            ClipValue = (float?)parsed.GetValue(_clipValue),
            Clipped = parsed.GetChoice<ClippedGradients>(_clip),
            LossDecay = (float)(parsed.GetValue(_lossDecay) ?? 0),
            MicroBatch = microBatch,
            Ema = Average(parsed),
            Swa = parsed.GetValue(_swa),
            SwaEvery = parsed.GetValue(_swaEvery) ?? 1,
            LossScale = (float?)parsed.GetValue(_lossScale),
            LossScaleSteps = parsed.GetValue(_lossScaleSteps) ?? 2000,
            Groups = parsed.IsGiven(_groups) ? [.. parsed.GetValue(_groups)!.Select(Group)] : [],
            NoDecay = parsed.GetValue(_noDecay),
        };
    }

    private static GroupSettings Group(string text) => GroupSettings.TryParse(text, out GroupSettings? group)
        ? group
        : throw new CommandException($"--group takes {GroupSettings.Takes}, not '{text}'.");

    private static void Exclude(ParseResult parsed, Option one, Option other)
    {
        if (parsed.IsGiven(one) && parsed.IsGiven(other))
        {
            throw new CommandException($"{one.Name} and {other.Name} exclude each other; give one of them.");
        }
    }

    private static void Need(ParseResult parsed, Option option, params Option[] needed)
    {
        if (parsed.IsGiven(option) && !needed.Any(parsed.IsGiven))
        {
            throw new CommandException($"{option.Name} has no effect without {string.Join(" or ", needed.Select(static one => one.Name))}.");
        }
    }

    // In single precision a share just below 1 may be 1.
    private float? Average(ParseResult parsed) => parsed.GetValue(_ema) switch
    {
        null => null,
        double value when (float)value is > 0 and < 1 => (float)value,
        double value => throw new CommandException(
            $"--ema takes a number between 0 and 1 in single precision, not '{value.ToString(CultureInfo.InvariantCulture)}'."),
    };
}
