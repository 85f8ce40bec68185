using System.CommandLine;
using Sam.Cli.Training;

namespace Sam.Cli.Commands;

/// <summary>The options about the base optimizer.</summary>
internal sealed class BaseFlags
{
    private readonly Option<double?> _learningRate = OptionFactory.OptionalReal(
        "--lr",
        new NumberRange(0, 1000, OpenBelow: true),
        "Learning rate: the highest, where the schedule moves it [default: sgd 0.05; adam, adamw, radam, rmsprop and lamb 0.001; "
        + "nadam and adamax 0.002; adagrad and adafactor 0.01; adadelta 1; lion 0.0001; lars 5].");

    private readonly Option<double?> _momentum = OptionFactory.OptionalReal(
        "--momentum",
        new NumberRange(0, 1, OpenAbove: true),
        "Momentum of sgd, lars and rmsprop: the share of the last step that is kept [default: 0.9; rmsprop 0].");

    private readonly Option<double[]?> _betas = OptionFactory.OptionalList(
        "--betas",
        "list",
        "two numbers from 0 to less than 1 with a comma between them",
        static values => values.Length == 2 && Array.TrueForAll(values, static value => value is >= 0 and < 1 && (float)value < 1),
        "Shares of the first and of the second moment that are kept at each step, for the adams, lion and lamb [default: 0.9,0.999; "
        + "lion 0.9,0.99].");

    private readonly Option<double?> _weightDecay = OptionFactory.OptionalReal(
        "--weight-decay",
        new NumberRange(0, 1000),
        "Weight decay: this times the weights is added to their gradient or, for adamw, lion, lamb and adafactor, taken off with the learning "
        + "rate [default: sgd and lars 0.0005; adamw and lamb 0.01; others 0].");

    private readonly BaseFormFlags _forms = new();

    /// <summary>--base.</summary>
    public Option<string> Kind { get; } = OptionFactory.Choice(
        "--base",
        BaseKind.Sgd,
        "Base optimizer, which updates the weights: sgd, adam, adamw, nadam, radam, adamax, rmsprop, adagrad, adadelta, lion, lamb, "
        + "lars or adafactor.",
        "name");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Kind);
        command.Add(_learningRate);
        command.Add(_momentum);
        command.Add(_betas);
        command.Add(_weightDecay);
        _forms.AddTo(command);
    }

    /// <summary>The settings that were asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="kind">Which optimizer.</param>
    public BaseSettings Read(ParseResult parsed, BaseKind kind)
    {
        BaseSettings settings = BaseSettings.Default(kind);
        double[]? betas = parsed.GetList(_betas);
        return _forms.Read(parsed, settings with
        {
            LearningRate = (float)(parsed.GetValue(_learningRate) ?? settings.LearningRate),
            Momentum = (float)(parsed.GetValue(_momentum) ?? settings.Momentum),
            Beta1 = (float)(betas?[0] ?? settings.Beta1),
            Beta2 = (float)(betas?[1] ?? settings.Beta2),
            WeightDecay = (float)(parsed.GetValue(_weightDecay) ?? settings.WeightDecay),
        });
    }

    /// <summary>Refuses options that another base optimizer has.</summary>
    /// <param name="given">Where the options stand.</param>
    /// <param name="kind">Which optimizer it is.</param>
    /// <exception cref="CommandException">One has no effect.</exception>
    public void CheckUse(ParseResult given, BaseKind kind)
    {
        string name = kind.ToString().ToLowerInvariant();
        if (given.IsGiven(_momentum) && !BaseSettings.HasMomentum(kind))
        {
            throw new CommandException($"--momentum has no effect with --base {name}{(BaseSettings.HasBetas(kind) ? "; --betas sets its moments" : "")}.");
        }

        if (given.IsGiven(_betas) && !BaseSettings.HasBetas(kind))
        {
            throw new CommandException($"--betas has no effect with --base {name}{(BaseSettings.HasMomentum(kind) ? "; it has --momentum" : "")}.");
        }

        _forms.CheckUse(given, kind);
    }
}
