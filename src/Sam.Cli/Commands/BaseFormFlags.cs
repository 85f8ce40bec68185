using System.CommandLine;
using Sam.Cli.Training;

namespace Sam.Cli.Commands;

/// <summary>The base optimizers' options that are seldom changed.</summary>
internal sealed class BaseFormFlags
{
    private static readonly BaseKind[] s_decoupled =
        [BaseKind.Sgd, BaseKind.NAdam, BaseKind.RAdam, BaseKind.Adamax, BaseKind.Rmsprop, BaseKind.Adagrad, BaseKind.Adadelta];

    private readonly Option<bool> _nesterov = new("--nesterov")
    {
        Description = "sgd: look ahead by the momentum [default: off].",
    };

    private readonly Option<double?> _dampening = OptionFactory.OptionalReal(
        "--dampening", new NumberRange(0, 1), "sgd: share of the gradient that does not enter the momentum [default: 0].");

    private readonly Option<bool> _amsgrad = new("--amsgrad")
    {
        Description = "adam and adamw: divide by the largest second moment so far [default: off].",
    };

    private readonly Option<double?> _epsilon = OptionFactory.OptionalReal(
        "--epsilon",
        new NumberRange(1e-30, 1000),
        "Added to what is divided by; for all but sgd and lion [default: 1e-8; adagrad 1e-10; adadelta and lamb 1e-6; lars none; adafactor 1e-3, the "
        + "least that a tensor's size counts].");

    private readonly Option<double?> _squareDecay = OptionFactory.OptionalReal(
        "--square-decay",
        new NumberRange(0, 1, OpenAbove: true),
        "Share of the mean square that is kept at each step: alpha of rmsprop, rho of adadelta [default: rmsprop 0.99; adadelta 0.9].");

    private readonly Option<bool> _centered = new("--centered")
    {
        Description = "rmsprop: divide by the deviation from the mean gradient instead of the mean square [default: off].",
    };

    private readonly Option<double?> _trust = OptionFactory.OptionalReal(
        "--trust", new NumberRange(0, 1000, OpenBelow: true), "lars: how far a tensor moves, as a share of its norm [default: 0.001].");

    private readonly Option<bool> _decoupled = new("--decoupled")
    {
        Description =
            "Weight decay is taken off with the learning rate instead of added to the gradient; for sgd, nadam, radam, adamax, rmsprop, adagrad and "
            + "adadelta [default: off].",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_nesterov, _dampening, _amsgrad, _epsilon, _squareDecay, _centered, _trust, _decoupled])
        {
            command.Add(option);
        }
    }

    /// <summary>Puts in the settings that were asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="settings">The settings without them.</param>
    public BaseSettings Read(ParseResult parsed, BaseSettings settings) => settings with
    {
        Nesterov = parsed.GetValue(_nesterov),
        Dampening = (float)(parsed.GetValue(_dampening) ?? settings.Dampening),
        Amsgrad = parsed.GetValue(_amsgrad),
        Epsilon = (float)(parsed.GetValue(_epsilon) ?? settings.Epsilon),
        SquareDecay = (float)(parsed.GetValue(_squareDecay) ?? settings.SquareDecay),
        Centered = parsed.GetValue(_centered),
        Trust = (float)(parsed.GetValue(_trust) ?? settings.Trust),
        Decoupled = parsed.GetValue(_decoupled),
    };

    /// <summary>Refuses options that another base optimizer has.</summary>
    /// <param name="given">Where the options stand.</param>
    /// <param name="kind">Which optimizer it is.</param>
    /// <exception cref="CommandException">One has no effect.</exception>
    public void CheckUse(ParseResult given, BaseKind kind)
    {
        BaseKind[] withEpsilon = [.. Enum.GetValues<BaseKind>().Where(static other => other is not (BaseKind.Sgd or BaseKind.Lion))];
        given.CheckGoesWith(_nesterov, "--base", kind, [BaseKind.Sgd], kind == BaseKind.Adam ? ", and nadam is Adam with it" : "");
        given.CheckGoesWith(_dampening, "--base", kind, [BaseKind.Sgd]);
        given.CheckGoesWith(_amsgrad, "--base", kind, [BaseKind.Adam, BaseKind.AdamW]);
        given.CheckGoesWith(_epsilon, "--base", kind, withEpsilon);
        given.CheckGoesWith(
            _squareDecay, "--base", kind, [BaseKind.Rmsprop, BaseKind.Adadelta], BaseSettings.HasBetas(kind) ? "; --betas sets the moments" : "");
        given.CheckGoesWith(_centered, "--base", kind, [BaseKind.Rmsprop]);
        given.CheckGoesWith(_trust, "--base", kind, [BaseKind.Lars]);
        given.CheckGoesWith(_decoupled, "--base", kind, s_decoupled, kind == BaseKind.Adam ? ", and adamw is Adam with it" : "");
    }
}
