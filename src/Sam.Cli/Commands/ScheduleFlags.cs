using System.CommandLine;
using Sam.Cli.Training;

namespace Sam.Cli.Commands;

/// <summary>The options about how the learning rate moves.</summary>
internal sealed class ScheduleFlags
{
    private const int MostEpochs = 100_000;

    private readonly Option<double?> _warmup = OptionFactory.OptionalReal(
        "--warmup",
        new NumberRange(0, 1, OpenAbove: true),
        "Share of all steps over which the learning rate rises to --lr; for onecycle above 0 [default: 0.05; onecycle 0.3].");

    private readonly Option<double?> _end = OptionFactory.OptionalReal(
        "--lr-end", new NumberRange(0, 1000), "Learning rate at the end, for cosine, restarts, linear and polynomial [default: 0].");

    private readonly Option<double?> _factor = OptionFactory.OptionalReal(
        "--lr-factor",
        new NumberRange(0, 1, OpenBelow: true),
        "What the learning rate is multiplied with at each fall, for step, multistep and exponential [default: 0.1; exponential 0.9].");

    private readonly Option<double[]?> _epochs = OptionFactory.OptionalList(
        "--lr-epochs",
        "list",
        "ascending whole numbers from 1 with commas between them",
        static values => Array.TrueForAll(values, static value => value is >= 1 and <= MostEpochs && value == Math.Floor(value))
            && values.Zip(values.Skip(1)).All(static pair => pair.First < pair.Second),
        "Epochs, counted from the end of the warm-up: restarts: a period; step: from one fall to the next; multistep: where it "
        + "falls, with commas between [default: a third of --epochs; multistep: a half and three quarters].");

    /// <summary>--schedule.</summary>
    public Option<string> Kind { get; } = OptionFactory.Choice(
        "--schedule",
        ScheduleKind.Cosine,
        "Learning rate after the warm-up: constant; cosine (half a wave down to --lr-end); restarts (a wave for every --lr-epochs); "
        + "linear and polynomial (a line and a parabola down to --lr-end); "
        + "exponential (times --lr-factor at each epoch); step and multistep (times --lr-factor at --lr-epochs); onecycle (up from a "
        + "25th of --lr and down to almost 0).",
        "name");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Kind);
        command.Add(_warmup);
        command.Add(_end);
        command.Add(_factor);
        command.Add(_epochs);
    }

    /// <summary>The settings that were asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="epochs">Epochs of the run.</param>
    /// <exception cref="CommandException">Two options do not go together.</exception>
    public ScheduleSettings Read(ParseResult parsed, int epochs)
    {
        ScheduleKind kind = parsed.GetChoice<ScheduleKind>(Kind);
        double warmup = parsed.GetValue(_warmup) ?? (kind == ScheduleKind.OneCycle ? 0.3 : 0.05);
        if (kind == ScheduleKind.OneCycle && !((float)warmup is > 0 and < 1))
        {
            throw new CommandException(
                "--warmup is the share of the steps that rise in --schedule onecycle; it takes a number above 0 and below 1.");
        }

        double[]? list = parsed.GetList(_epochs);
        if (list is { Length: > 1 } && kind is (ScheduleKind.Step or ScheduleKind.Restarts))
        {
            throw new CommandException($"--lr-epochs takes one number for --schedule {kind.ToString().ToLowerInvariant()}, not {list.Length}.");
        }

        return new ScheduleSettings
        {
            Kind = kind,
            Warmup = warmup,
            End = (float)(parsed.GetValue(_end) ?? 0),
            Factor = (float)(parsed.GetValue(_factor) ?? (kind == ScheduleKind.Exponential ? 0.9 : 0.1)),
            Epochs = list is null ? DefaultEpochs(kind, epochs) : Array.ConvertAll(list, static value => (int)value),
        };
    }

    /// <summary>Refuses options that another schedule has.</summary>
    /// <param name="given">Where the options stand.</param>
    /// <param name="kind">Which schedule it is.</param>
    /// <exception cref="CommandException">One has no effect.</exception>
    public void CheckUse(ParseResult given, ScheduleKind kind)
    {
        given.CheckGoesWith(
            _end, "--schedule", kind, [ScheduleKind.Cosine, ScheduleKind.Restarts, ScheduleKind.Linear, ScheduleKind.Polynomial]);
        given.CheckGoesWith(_factor, "--schedule", kind, [ScheduleKind.Step, ScheduleKind.MultiStep, ScheduleKind.Exponential]);
        given.CheckGoesWith(_epochs, "--schedule", kind, [ScheduleKind.Restarts, ScheduleKind.Step, ScheduleKind.MultiStep]);
    }

    private static int[] DefaultEpochs(ScheduleKind kind, int epochs)
    {
        if (kind != ScheduleKind.MultiStep)
        {
            return [Math.Max(1, epochs / 3)];
        }

        int half = Math.Max(1, epochs / 2);
        return [half, Math.Max(half + 1, epochs * 3 / 4)];
    }
}
