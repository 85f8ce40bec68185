using Sam.Cli.Commands;
using Sam.Cli.Training;
using ScottPlot;
using ScottPlot.MultiplotLayouts;
using ScottPlot.Plottables;

namespace Sam.Cli.Output;

/// <summary>Draws the curves of a comparison: test accuracy over epochs, one panel for each level of label noise.</summary>
/// <remarks>The only class that touches ScottPlot, so that its libraries are loaded when a picture is made and not before.</remarks>
internal static class CurvePlot
{
    private const int PanelWidth = 620;
    private const int Height = 560;
    private const float LineWidth = 3.5f;
    private const float TextSize = 20;
    private const float TitleSize = 24;

    private static readonly Color SgdColor = Color.FromHex("#d1495b");
    private static readonly Color SamColor = Color.FromHex("#1f6f8b");

    /// <summary>Writes the picture.</summary>
    /// <param name="comparison">The runs, with at least one epoch among them.</param>
    /// <param name="options">Where to, and what to write above.</param>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public static void Save(Comparison comparison, CompareOptions options)
    {
        ComparisonRow[] rows = comparison.Rows;
        int panels = rows.Length / 2;
        Multiplot picture = new();
        picture.AddPlots(panels);
        picture.Layout = new Grid(rows: 1, columns: panels);
        double lowest = LowestAccuracy(rows);
        for (int i = 0; i < panels; i++)
        {
            Plot panel = picture.GetPlot(i);
            Style(panel, options.Recipe.Epochs, lowest);
            panel.Title($"{Format.Setting(100 * rows[2 * i].Noise)} % random labels", TitleSize);
            panel.XLabel("Epoch", TextSize);
            if (i == 0)
            {
                panel.YLabel("Test accuracy, %", TextSize);
            }

            Add(panel, rows[2 * i], "SGD", SgdColor);
            Add(panel, rows[(2 * i) + 1], $"SAM, rho {Format.Setting(options.Recipe.Rho)}", SamColor);
        }

        try
        {
            picture.SavePng(options.Output, panels * PanelWidth, Height);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--output: cannot write '{options.Output}': {e.Message}");
        }
    }

    /// <summary>One scale for all panels, so that heights can be compared across them: it ends below the lowest late value, at a multiple of ten.</summary>
    private static double LowestAccuracy(ComparisonRow[] rows)
    {
        double lowest = rows.Where(static row => row.Progress.EpochCount > 0)
            .Min(static row => Enumerable.Range(0, row.Progress.EpochCount).Min(epoch => row.Progress[epoch].TestAccuracy));
        return Math.Max(0, (Math.Floor(10 * lowest) * 10) - 5);
    }

    private static void Style(Plot panel, int epochs, double lowest)
    {
        panel.FigureBackground.Color = Colors.White;
        panel.DataBackground.Color = Color.FromHex("#fbfbfc");
        panel.Grid.MajorLineColor = Color.FromHex("#e3e5e8");
        panel.Axes.Right.FrameLineStyle.IsVisible = false;
        panel.Axes.Top.FrameLineStyle.IsVisible = false;
        panel.Axes.Bottom.TickLabelStyle.FontSize = TextSize - 3;
        panel.Axes.Left.TickLabelStyle.FontSize = TextSize - 3;
        panel.Axes.SetLimits(0, epochs * 1.02, lowest, 101);
        panel.ShowLegend(Alignment.LowerRight);
        panel.Legend.FontSize = TextSize - 2;
        panel.Legend.OutlineColor = Color.FromHex("#c8ccd0");
        panel.Legend.ShadowColor = Colors.Transparent;
    }

    private static void Add(Plot panel, ComparisonRow row, string name, Color color)
    {
        int count = row.Progress.EpochCount;
        if (count == 0)
        {
            return;
        }

        double[] epochs = new double[count];
        double[] accuracies = new double[count];
        for (int i = 0; i < count; i++)
        {
            epochs[i] = i + 1;
            accuracies[i] = 100 * row.Progress[i].TestAccuracy;
        }

        Scatter curve = panel.Add.ScatterLine(epochs, accuracies, color);
        curve.LineWidth = LineWidth;
        curve.LegendText = name;
    }
}
