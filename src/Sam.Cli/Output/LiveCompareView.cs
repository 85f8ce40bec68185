using System.Diagnostics;
using Sam.Cli.Training;
using Spectre.Console;

namespace Sam.Cli.Output;

/// <summary>Shows a comparison on a terminal: a table of all runs that is drawn anew as they move.</summary>
internal sealed class LiveCompareView : CompareView
{
    private const int RefreshMilliseconds = 150;

    // A SAM step takes two gradients, an SGD step one.
    private const double SamWeight = 2;

    private readonly IAnsiConsole _rich;
    private readonly long _begin = Stopwatch.GetTimestamp();

    /// <summary>Makes the view.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="json">Whether --json was given.</param>
    public LiveCompareView(CliConsole console, bool json)
        : base(console, json) => _rich = console.Rich(json);

    /// <inheritdoc/>
    public override void Watch(BackgroundWork work, Comparison comparison) =>
        _rich.Live(Draw(comparison)).Start(context =>
        {
            bool done;
            do
            {
                done = work.Wait(RefreshMilliseconds);
                context.UpdateTarget(Draw(comparison));
            }
            while (!done);
        });

    private Table Draw(Comparison comparison)
    {
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumn("Label\nnoise", static column => column.RightAligned());
        table.AddColumn("Optimizer");
        table.AddColumn("Epoch", static column => column.RightAligned());
        table.AddColumn("Test\naccuracy", static column => column.RightAligned());
        table.AddColumn("Train\nloss", static column => column.RightAligned());
        table.AddColumn("Sharpness", static column => column.RightAligned());
        table.AddColumn("Images/s", static column => column.RightAligned());
        ComparisonRow[] rows = comparison.Rows;
        for (int i = 0; i < 2 * comparison.Noises.Count; i++)
        {
            if (i > 0 && i % 2 == 0)
            {
                table.AddEmptyRow();
            }

            string noise = i % 2 == 0 ? Percent(comparison.Noises[i / 2]) : "";
            if (i >= rows.Length)
            {
                table.AddRow(noise, i % 2 == 0 ? "[dim]SGD[/]" : "[dim]SAM[/]");
                continue;
            }

            ComparisonRow row = rows[i];
            ComparisonRow other = rows[i ^ 1];
            string accuracy = Format.Percent(row.TestAccuracy);
            bool better = row.TestAccuracy > other.TestAccuracy;
            table.AddRow(
                noise,
                row.Optimizer == OptimizerKind.Sam ? "[bold]SAM[/]" : "SGD",
                row.IsDiverged ? "[red]diverged[/]" : $"{row.Progress.EpochCount}/{row.Progress.Epochs}",
                better ? $"[bold green]{accuracy}[/]" : accuracy,
                row.IsMeasured ? Format.Loss(row.TrainLoss) : $"[dim]{Format.Loss(row.TrainLoss)}[/]",
                row.IsMeasured ? Format.Loss(row.Sharpness) : $"[dim]{Format.Loss(row.Sharpness)}[/]",
                Format.Count(row.Progress.ImagesPerSecond));
        }

        double done = ShareDone(comparison);
        string left = Format.Left(Stopwatch.GetElapsedTime(_begin).TotalSeconds * (1 - done) / done);
        table.Caption = done < 1 ? new TableTitle($"{Format.Count(Math.Floor(100 * done))} % done, {left} left") : null;
        return table;
    }

    private static double ShareDone(Comparison comparison)
    {
        double done = 0;
        foreach (ComparisonRow row in comparison.Rows)
        {
            double share = row.IsMeasured ? 1 : (double)row.Progress.Step / row.Progress.TotalSteps;
            done += share * (row.Optimizer == OptimizerKind.Sam ? SamWeight : 1);
        }

        return done / ((1 + SamWeight) * comparison.Noises.Count);
    }
}
