using System.CommandLine;
using Sam.Cli.Training;
using Sam.Native;

namespace Sam.Cli.Commands;

/// <summary>The options about forms of the family's members, in which papers and published codes differ.</summary>
internal sealed class FormFlags
{
    private readonly Option<string> _scaling = OptionFactory.Choice(
        "--scaling",
        PerturbationScaling.None,
        "How the ball is scaled: none; elementwise, by the weights' sizes (asam's own, which is its default); proportional, the same behind the norm only "
        + "(the adaptive form of gsam's paper; elementwise is its PyTorch code's); layerwise, by the tensors' norms (--p 2).");

    private readonly Option<bool> _scaleAll = new("--scale-all")
    {
        Description = "With --scaling elementwise: scale biases and normalization shifts too, as davda54/sam does [default: weights alone, as the authors do].",
    };

    private readonly Option<double?> _eta = OptionFactory.OptionalReal(
        "--eta",
        new NumberRange(0, 1000),
        "Added to the weights' sizes in --scaling elementwise and proportional, so that small weights move too [default: 0.01; proportional 0].");

    private readonly Option<bool> _cleanLoss = new("--clean-loss")
    {
        Description = "gsam: minimize the loss itself instead of the perturbed loss, for fewer spikes, as big_vision has it [default: the perturbed loss].",
    };

    private readonly Option<bool> _coupled = new("--coupled")
    {
        Description = "wsam: the base optimizer takes the sharpness too [default: it goes by it].",
    };

    private readonly Option<bool> _byTensor = new("--by-tensor")
    {
        Description = "looksam: project and scale each tensor on its own, as published codes do [default: the whole vector, as the paper].",
    };

    private readonly Option<string> _average = OptionFactory.Choice(
        "--average",
        FriendlyAverage.Paper,
        "fsam: form of the averaged gradient: paper; code, of the authors; direction, of pytorch_optimizer.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_scaling, _scaleAll, _eta, _cleanLoss, _coupled, _byTensor, _average])
        {
            command.Add(option);
        }
    }

    /// <summary>Puts in the settings that were asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="settings">The settings without them; their rho is the default where none was given.</param>
    /// <param name="isRhoGiven">Whether rho was asked for.</param>
    public SamSettings Read(ParseResult parsed, SamSettings settings, bool isRhoGiven)
    {
        PerturbationScaling scaling = Scaling(parsed, settings.Kind);
        return settings with
        {
            Scaling = scaling,
            Rho = isRhoGiven || settings.Kind != SamKind.Asam ? settings.Rho : SamSettings.DefaultRho(SamKind.Asam, scaling),
            ScalesAll = parsed.GetValue(_scaleAll),
            Eta = (float)(parsed.GetValue(_eta) ?? (scaling == PerturbationScaling.Proportional ? 0 : 0.01)),
            CleanLoss = parsed.GetValue(_cleanLoss),
            Coupled = parsed.GetValue(_coupled),
            ByTensor = parsed.GetValue(_byTensor),
            Average = parsed.GetChoice<FriendlyAverage>(_average),
        };
    }

    /// <summary>Refuses options that have no effect beside the others.</summary>
    /// <param name="given">Where the options stand.</param>
    /// <param name="kind">Which member of the family it is.</param>
    /// <exception cref="CommandException">One has no effect.</exception>
    public void CheckUse(ParseResult given, SamKind kind)
    {
        given.CheckGoesWith(_cleanLoss, "--sam", kind, [SamKind.Gsam]);
        given.CheckGoesWith(_coupled, "--sam", kind, [SamKind.Wsam]);
        given.CheckGoesWith(_byTensor, "--sam", kind, [SamKind.LookSam]);
        given.CheckGoesWith(_average, "--sam", kind, [SamKind.Fsam]);
        string name = kind.ToString().ToLowerInvariant();
        PerturbationScaling scaling = Scaling(given, kind);
        string scaled = scaling.ToString().ToLowerInvariant();
        if (given.IsGiven(_scaling) && kind == SamKind.None)
        {
            throw new CommandException("--scaling has no effect with --sam none.");
        }

        if (given.IsGiven(_eta) && scaling is not (PerturbationScaling.Elementwise or PerturbationScaling.Proportional))
        {
            throw new CommandException($"--eta has no effect with --sam {name} and --scaling {scaled}; it goes with asam, or with --scaling elementwise or proportional.");
        }

        if (given.GetValue(_scaleAll) && scaling != PerturbationScaling.Elementwise)
        {
            throw new CommandException($"--scale-all has no effect with --sam {name} and --scaling {scaled}; it goes with asam, or with --scaling elementwise.");
        }
    }

    private PerturbationScaling Scaling(ParseResult parsed, SamKind kind) => parsed.IsGiven(_scaling) || kind != SamKind.Asam
        ? parsed.GetChoice<PerturbationScaling>(_scaling)
        : PerturbationScaling.Elementwise;
}
