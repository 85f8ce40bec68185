using System.CommandLine;
using System.Globalization;
using Sam.Cli.Training;
using Sam.Native;

namespace Sam.Cli.Commands;

/// <summary>The options about the SAM family: where the second gradient is taken and what is done with it.</summary>
internal sealed class SamFlags
{
    private static readonly NumberRange Share = new(0, 1);

    private readonly Option<double?> _rho = OptionFactory.OptionalReal(
        "--rho",
        new NumberRange(0, 1000),
        "Radius of the ball around the weights, in units of weights; where --p is 2 also of the ball in which sharpness is measured at the end [default: 0.05; asam and samon 0.5; msam 3].");

    private readonly Option<double?> _rhoEnd = OptionFactory.OptionalReal(
        "--rho-end",
        new NumberRange(0, 1000),
        "Radius where the learning rate is 0, or with another --rho-schedule than proportional at the end of the run [default: --rho].");

    private readonly Option<string> _rhoSchedule = OptionFactory.Choice(
        "--rho-schedule",
        RhoScheduleKind.Proportional,
        "How the radius goes from --rho to --rho-end: proportional to the learning rate, as GSAM's paper has it; or over the steps of the run, linear (in a "
        + "line), cosine (half a wave) or polynomial (a parabola).",
        "name");

    private readonly Option<int?> _rhoWarmup = OptionFactory.OptionalWhole(
        "--rho-warmup", new NumberRange(1, int.MaxValue), "Steps over which the radius rises in a line to --rho; 1 does not [default: 1].");

    private readonly FormFlags _forms = new();

    private readonly Option<string> _p = new("--p")
    {
        Description =
            "Exponent of the norm that makes the ball, 1 to inf: 2 a round ball, inf a cube. --rho has to be tuned anew for each. "
            + "usam, without a ball, takes no notice.",
        HelpName = "number|inf",
        DefaultValueFactory = static _ => "2",
        CustomParser = static result => TryParseP(result.Tokens[0].Value, out _)
            ? result.Tokens[0].Value
            : OptionFactory.Fail<string>(result, $"--p takes a number from 1, or inf, not '{result.Tokens[0].Value}'."),
    };

    private readonly Option<int?> _m = OptionFactory.OptionalWhole(
        "--m",
        new NumberRange(1, 8192),
        "m-sharpness: every so many images of a batch are perturbed by their own gradient, and the second gradients averaged [default: the batch as a whole].");

    private readonly Option<int?> _interval = OptionFactory.OptionalWhole(
        "--interval",
        new NumberRange(1, 1_000_000),
        "Steps from one SAM step to the next; the steps between take one gradient [default: 1; looksam 5].");

    private readonly Option<int?> _innerSteps = OptionFactory.OptionalWhole(
        "--inner-steps",
        new NumberRange(1, 100),
        "Ascent steps, each --rho over their number long and of one gradient more; for sam, asam, gsam, wsam, looksam, usam and samon [default: 1].");

    private readonly Option<double?> _alpha = OptionFactory.OptionalReal(
        "--alpha",
        new NumberRange(0, 1000),
        "gsam: weight of the surrogate gap; looksam: share of the kept direction [default: gsam 0.4; looksam 0.7].");

    private readonly Option<double?> _gamma = OptionFactory.OptionalReal(
        "--gamma",
        new NumberRange(0, 1, OpenAbove: true),
        "wsam: weight of the sharpness beside the loss; 0 is the base optimizer [default: 0.9].");

    private readonly Option<double?> _sigma = OptionFactory.OptionalReal(
        "--sigma", Share, "fsam: share of the averaged gradient that is taken out of the direction [default: 1].");

    private readonly Option<double?> _lambda = OptionFactory.OptionalReal(
        "--lambda",
        new NumberRange(0, 1, OpenAbove: true),
        "fsam: share of the averaged gradient that is kept at each step [default: 0.9].");

    private readonly Option<double?> _weightFraction = OptionFactory.OptionalReal(
        "--weight-fraction", new NumberRange(0, 1, OpenBelow: true), "esam: probability that a tensor is moved [default: 0.5].");

    private readonly Option<string> _subsetNorm = OptionFactory.Choice(
        "--subset-norm",
        SubsetNorm.Chosen,
        "esam: norm over the gradients of the tensors that are moved, the only ones that are then computed; or of all, as the paper's formula has it.");

    private readonly Option<double?> _dataFraction = OptionFactory.OptionalReal(
        "--data-fraction",
        new NumberRange(0, 1, OpenBelow: true),
        "esam: share of the batch in the second gradient, the images whose loss rose most [default: 0.5].");

    /// <summary>--sam.</summary>
    public Option<string> Kind { get; } = OptionFactory.Choice(
        "--sam",
        SamKind.Sam,
        "Which member of the family: sam; asam (adaptive to the weights' sizes); gsam (surrogate gap); wsam (sharpness weighed); "
        + "looksam (SAM at every fifth step); "
        + "fsam (Friendly-SAM); msam (along the momentum, one gradient); esam (part of the weights and images); usam (gradient not "
        + "normalized); "
        + "samon (normalization layers only, so for resnet18); random (random direction); none (the base optimizer alone).",
        "name");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])
            [Kind, _rho, _rhoEnd, _rhoSchedule, _rhoWarmup, _p, _m, _interval, _innerSteps, _alpha, _gamma, _sigma, _lambda, _weightFraction, _subsetNorm, _dataFraction])
        {
            command.Add(option);
        }

        _forms.AddTo(command);
    }

    /// <summary>The settings that were asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="kind">Which member of the family.</param>
    /// <param name="batch">Images per step.</param>
    /// <exception cref="CommandException">Two options do not go together.</exception>
    public SamSettings Read(ParseResult parsed, SamKind kind, int batch)
    {
        _ = TryParseP(parsed.GetRequiredValue(_p), out float p);
        float rho = (float)(parsed.GetValue(_rho) ?? SamSettings.DefaultRho(kind));
        double? rhoEnd = parsed.GetValue(_rhoEnd);
        if (rhoEnd is null && parsed.IsGiven(_rhoSchedule))
        {
            throw new CommandException("--rho-schedule has no effect without --rho-end, the radius that it goes to.");
        }

        int? m = parsed.GetValue(_m);
        if (m > batch)
        {
            throw new CommandException($"--m is a part of --batch, which is {batch}; it cannot be {m}.");
        }

        SamSettings settings = new()
        {
            Kind = kind,
            Rho = rho,
            RhoEnd = (float?)rhoEnd,
            RhoSchedule = parsed.GetChoice<RhoScheduleKind>(_rhoSchedule),
            RhoWarmup = parsed.GetValue(_rhoWarmup) ?? 1,
            P = p,
            MicroBatch = m,
            Interval = parsed.GetValue(_interval) ?? (kind == SamKind.LookSam ? 5 : 1),
            InnerSteps = parsed.GetValue(_innerSteps) ?? 1,
            Alpha = (float)(parsed.GetValue(_alpha) ?? (kind == SamKind.LookSam ? 0.7 : 0.4)),
            Gamma = (float)(parsed.GetValue(_gamma) ?? 0.9),
            Sigma = (float)(parsed.GetValue(_sigma) ?? 1),
            Lambda = (float)(parsed.GetValue(_lambda) ?? 0.9),
            WeightFraction = (float)(parsed.GetValue(_weightFraction) ?? 0.5),
            SubsetNorm = parsed.GetChoice<SubsetNorm>(_subsetNorm),
            DataFraction = (float)(parsed.GetValue(_dataFraction) ?? 0.5),
        };
        return _forms.Read(parsed, settings, parsed.IsGiven(_rho));
    }

    /// <summary>Refuses options that another member of the family has.</summary>
    /// <param name="given">Where the options stand.</param>
    /// <param name="kind">Which member it is.</param>
    /// <exception cref="CommandException">One has no effect.</exception>
    public void CheckUse(ParseResult given, SamKind kind)
    {
        SamKind[] ascending = [SamKind.Sam, SamKind.Asam, SamKind.Gsam, SamKind.Wsam, SamKind.LookSam, SamKind.Usam, SamKind.SamOn];
        given.CheckGoesWith(_innerSteps, "--sam", kind, ascending);
        given.CheckGoesWith(_alpha, "--sam", kind, [SamKind.Gsam, SamKind.LookSam]);
        given.CheckGoesWith(_gamma, "--sam", kind, [SamKind.Wsam]);
        given.CheckGoesWith(_sigma, "--sam", kind, [SamKind.Fsam]);
        given.CheckGoesWith(_lambda, "--sam", kind, [SamKind.Fsam]);
        given.CheckGoesWith(_weightFraction, "--sam", kind, [SamKind.Esam]);
        given.CheckGoesWith(_subsetNorm, "--sam", kind, [SamKind.Esam]);
        given.CheckGoesWith(_dataFraction, "--sam", kind, [SamKind.Esam]);
        _forms.CheckUse(given, kind);
    }

    private static bool TryParseP(string text, out float p)
    {
        if (text.Equals("inf", StringComparison.OrdinalIgnoreCase))
        {
            p = float.PositiveInfinity;
            return true;
        }

        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out p) && p >= 1 && float.IsFinite(p);
    }
}
