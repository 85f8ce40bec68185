using Sam.Cli.Commands;
using Sam.Cli.Training;

namespace Sam.Cli.Output;

/// <summary>Shows a comparison to people: a plain line when a run ends. On a terminal <see cref="LiveCompareView"/> has a table that moves.</summary>
internal class CompareView
{
    private const int PollMilliseconds = 50;

    private int _shownRows;

    /// <summary>Makes the view.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="json">Whether --json was given.</param>
    protected CompareView(CliConsole console, bool json) => Writer = console.ForPeople(json);

    /// <summary>Where lines go.</summary>
    protected TextWriter Writer { get; }

    /// <summary>The view that suits the output.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="json">Whether --json was given.</param>
    public static CompareView Create(CliConsole console, bool json) =>
        console.IsTerminal(json) ? new LiveCompareView(console, json) : new CompareView(console, json);

    /// <summary>Says what will be compared.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="device">Where it runs.</param>
    public void Start(CompareOptions options, string device)
    {
        RunSettings recipe = options.Recipe;
        Writer.WriteLine($"MLP on the first {Format.Count(options.TrainSize)} images of MNIST, {recipe.Epochs} epochs, SGD and SAM (rho {Format.Setting(recipe.Sam.Rho)})");
        Writer.WriteLine(
            $"batch {recipe.Batch}, lr {Format.Setting(recipe.Base.LearningRate)} with cosine decay, momentum {Format.Setting(recipe.Base.Momentum)}, "
            + $"weight decay {Format.Setting(recipe.Base.WeightDecay)}, seed {recipe.Seed}");
        Writer.WriteLine($"on {device}");
    }

    /// <summary>Shows the comparison until it ends.</summary>
    /// <param name="work">The thread of the runs.</param>
    /// <param name="comparison">How far they are.</param>
    public virtual void Watch(BackgroundWork work, Comparison comparison)
    {
        bool done;
        do
        {
            done = work.Wait(PollMilliseconds);
            ComparisonRow[] rows = comparison.Rows;
            for (; _shownRows < rows.Length && rows[_shownRows].IsMeasured; _shownRows++)
            {
                Writer.WriteLine(Describe(rows[_shownRows]));
                Writer.Flush();
            }
        }
        while (!done);
    }

    /// <summary>Prints what the comparison came to.</summary>
    /// <param name="comparison">The runs.</param>
    /// <param name="seconds">Time of all runs.</param>
    /// <param name="picture">The picture, or null where there was nothing to draw.</param>
    public void Finish(Comparison comparison, double seconds, string? picture)
    {
        ComparisonRow[] rows = comparison.Rows;
        Writer.WriteLine();
        for (int i = 0; i + 1 < rows.Length; i += 2)
        {
            double gain = 100 * (rows[i + 1].TestAccuracy - rows[i].TestAccuracy);
            Writer.WriteLine(
                $"label noise {Percent(rows[i].Noise)}: SGD {Format.Percent(rows[i].TestAccuracy)}, SAM {Format.Percent(rows[i + 1].TestAccuracy)} ({Points(gain)})");
        }

        Writer.WriteLine($"{Format.Seconds(seconds)}{(picture is null ? "" : $", curves in {picture}")}");
        Writer.Flush();
    }

    /// <summary>A level of noise.</summary>
    protected static string Percent(double noise) => $"{Format.Setting(100 * noise)} %";

    /// <summary>A difference of two percentages.</summary>
    private static string Points(double gain) =>
        double.IsFinite(gain) ? gain.ToString("+0.00;-0.00;0.00", System.Globalization.CultureInfo.InvariantCulture) + " points" : "-";

    private static string Describe(ComparisonRow row) =>
        $"label noise {Percent(row.Noise)}  {row.Optimizer.ToString().ToUpperInvariant()}  test accuracy {Format.Percent(row.TestAccuracy)}"
        + $"  train loss {Format.Loss(row.TrainLoss)}  sharpness {Format.Loss(row.Sharpness)}"
        + $"  {Format.Count(row.Progress.ImagesPerSecond)} images/s{(row.IsDiverged ? "  (diverged)" : "")}";
}
