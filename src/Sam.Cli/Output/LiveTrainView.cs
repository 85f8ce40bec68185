using Sam.Cli.Training;
using Spectre.Console;

namespace Sam.Cli.Output;

/// <summary>Shows a training run on a terminal: a bar with loss, sharpness, speed and time left below a line for each epoch.</summary>
internal sealed class LiveTrainView : TrainView
{
    private const int RefreshMilliseconds = 100;
    private const int TextWidth = 72;
    private const int ShortestBar = 8;
    private const int LongestBar = 40;

    private readonly IAnsiConsole _rich;

    /// <summary>Makes the view.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="json">Whether --json was given.</param>
    public LiveTrainView(CliConsole console, bool json)
        : base(console, json) => _rich = console.Rich(json);

    /// <inheritdoc/>
    public override void Watch(BackgroundWork work, RunProgress progress)
    {
        int bar = Math.Clamp(_rich.Profile.Width - TextWidth, ShortestBar, LongestBar);
        _rich.Progress()
            .AutoRefresh(false)
            .AutoClear(true)
            .Columns(
                new TextColumn(() => $"[bold]epoch {Math.Min(progress.EpochCount + 1, progress.Epochs)}/{progress.Epochs}[/]"),
                new ProgressBarColumn { Width = bar, CompletedStyle = Color.Green, RemainingStyle = Color.Grey },
                new TextColumn(() => Describe(progress)))
            .Start(context =>
            {
                ProgressTask task = context.AddTask("training", maxValue: progress.TotalSteps);
                bool done;
                do
                {
                    done = work.Wait(RefreshMilliseconds);
                    ShowEpochs(progress);
                    task.Value = progress.Step;
                    context.Refresh();
                }
                while (!done);
            });
    }

    /// <inheritdoc/>
    protected override void ShowLine(string line) => _rich.WriteLine(line);

    /// <inheritdoc/>
    protected override void ShowTable(string title, (string Name, string Value, string Note)[] rows)
    {
        Table table = new() { ShowHeaders = false, Border = TableBorder.Rounded };
        table.AddColumns("", "");
        foreach ((string name, string value, string note) in rows)
        {
            string shown = Markup.Escape(value);
            table.AddRow(name, note.Length > 0 ? $"{shown} [dim]({Markup.Escape(note)})[/]" : table.Rows.Count == 0 ? $"[bold green]{shown}[/]" : shown);
        }

        _rich.WriteLine();
        _rich.MarkupLine($"[bold]{Markup.Escape(title)}[/]");
        _rich.Write(table);
    }

    private static string Describe(RunProgress progress)
    {
        string sharpness = double.IsNaN(progress.Sharpness) ? "" : $"  sharpness [yellow]{Format.Loss(progress.Sharpness)}[/]";
        return $"loss [yellow]{Format.Loss(progress.Loss)}[/]{sharpness}  {Format.Count(progress.ImagesPerSecond)} images/s  {Format.Left(progress.SecondsLeft)} left";
    }
}
