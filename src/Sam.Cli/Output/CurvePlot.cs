using System.Globalization;
using Sam.Cli.Training;
using ScottPlot;
using ScottPlot.MultiplotLayouts;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace Sam.Cli.Output;

/// <summary>Draws the curves of a comparison: test accuracy over epochs, one panel for each level of label noise.</summary>
/// <remarks>The only class that touches ScottPlot, so that its libraries are loaded when a picture is made and not before.</remarks>
internal static class CurvePlot
{
    private const int PanelWidth = 640;
    private const int Height = 600;
    private const float LineWidth = 4;
    private const float TickSize = 18;
    private const float TextSize = 21;
    private const float TitleSize = 25;

    // The curves' names and last values stand behind their ends, in this share of a panel's width.
    private const double NameShare = 0.3;

    // Share of a panel's height that keeps two names apart.
    private const double NameDistance = 0.065;

    // Accuracies end at 100; what is above keeps a line there from being cut.
    private const double Top = 102;

    private static readonly string Font = PickFont("Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "Open Sans", "Liberation Sans", "DejaVu Sans", "Arial") ?? Fonts.Default;
    private static readonly Color SgdColor = Color.FromHex("#c8553d");
    private static readonly Color SamColor = Color.FromHex("#17688c");
    private static readonly Color TextColor = Color.FromHex("#24292f");

    /// <summary>Writes the picture.</summary>
    /// <param name="comparison">The runs, with at least one epoch among them.</param>
    /// <param name="options">Where to, and what to write above.</param>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public static void Save(Comparison comparison, Commands.CompareOptions options)
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
            ComparisonRow sgd = rows[2 * i];
            ComparisonRow sam = rows[(2 * i) + 1];
            Style(panel, options.Recipe.Epochs, lowest);
            panel.Title(sgd.Noise > 0 ? $"{Format.Setting(100 * sgd.Noise)} % of the labels random" : "True labels", TitleSize);
            panel.XLabel("Epoch", TextSize);
            if (i == 0)
            {
                panel.YLabel("Test accuracy, %", TextSize);
                AddRecipe(panel, options);
            }

            SetText(panel.Axes.Title.Label, bold: true);
            SetText(panel.Axes.Bottom.Label, bold: false);
            SetText(panel.Axes.Left.Label, bold: false);
            AddCurve(panel, sgd, SgdColor);
            AddCurve(panel, sam, SamColor);
            AddNames(panel, sgd, sam, lowest);
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
        panel.DataBackground.Color = Colors.White;
        panel.Grid.MajorLineColor = Color.FromHex("#e6e8eb");
        panel.Axes.Right.FrameLineStyle.IsVisible = false;
        panel.Axes.Top.FrameLineStyle.IsVisible = false;
        panel.Axes.SetLimits(0, epochs * (1 + NameShare), lowest, Top);
        panel.HideLegend();

        int step = TickStep(epochs, most: 5);
        panel.Axes.Bottom.TickGenerator = Ticks(0, epochs, step);
        panel.Axes.Left.TickGenerator = Ticks(10 * (int)Math.Ceiling(lowest / 10), 100, TickStep((int)(100 - lowest), most: 10));
        foreach (IAxis axis in (ReadOnlySpan<IAxis>)[panel.Axes.Bottom, panel.Axes.Left])
        {
            axis.TickLabelStyle.FontSize = TickSize;
            axis.TickLabelStyle.FontName = Font;
            axis.TickLabelStyle.ForeColor = TextColor;
            axis.FrameLineStyle.Color = Color.FromHex("#8c959f");
            axis.MajorTickStyle.Color = Color.FromHex("#8c959f");
        }
    }

    private static void SetText(LabelStyle label, bool bold)
    {
        label.FontName = Font;
        label.Bold = bold;
        label.ForeColor = TextColor;
    }

    /// <summary>The least of 1, 2, 5, 10, 20, 50 and so on that makes at most so many steps.</summary>
    private static int TickStep(int range, int most)
    {
        int step = 1;
        for (int i = 0; range > (long)step * most; i++)
        {
            step = i % 3 == 1 ? step / 2 * 5 : step * 2;
        }

        return step;
    }

    private static NumericManual Ticks(int first, int last, int step)
    {
        NumericManual ticks = new();
        for (int value = first; value <= last; value += step)
        {
            ticks.AddMajor(value, value.ToString(CultureInfo.InvariantCulture));
        }

        return ticks;
    }

    private static void AddCurve(Plot panel, ComparisonRow row, Color color)
    {
        int count = row.Progress.EpochCount;
        double[] epochs = new double[count];
        double[] accuracies = new double[count];
        for (int i = 0; i < count; i++)
        {
            epochs[i] = i + 1;
            accuracies[i] = 100 * row.Progress[i].TestAccuracy;
        }

        Scatter curve = panel.Add.Scatter(epochs, accuracies, color);
        curve.LineWidth = LineWidth;
        curve.MarkerSize = count == 1 ? 2 * LineWidth : 0;
    }

    /// <summary>Writes each curve's name and last value behind its end, moved apart where they would overlap.</summary>
    private static void AddNames(Plot panel, ComparisonRow sgd, ComparisonRow sam, double lowest)
    {
        double distance = NameDistance * (Top - lowest);
        bool samIsUpper = !(sam.TestAccuracy < sgd.TestAccuracy);
        double upper = 100 * (samIsUpper ? sam : sgd).TestAccuracy;
        double lower = 100 * (samIsUpper ? sgd : sam).TestAccuracy;
        double shift = Math.Max(0, distance - (upper - lower)) / 2;
        upper = Math.Clamp(upper + shift, lowest + (1.5 * distance), Top - (0.5 * distance));
        lower = Math.Clamp(Math.Min(lower - shift, upper - distance), lowest + (0.5 * distance), Top - (1.5 * distance));
        AddName(panel, sgd, "SGD", samIsUpper ? lower : upper, SgdColor);
        AddName(panel, sam, "SAM", samIsUpper ? upper : lower, SamColor);
    }

    private static void AddRecipe(Plot panel, Commands.CompareOptions options)
    {
        Annotation note = panel.Add.Annotation(
            $"MLP on {Format.Count(options.TrainSize)} MNIST images\nSAM: rho = {Format.Setting(options.Recipe.Sam.Rho)}", Alignment.LowerLeft);
        note.LabelFontName = Font;
        note.LabelFontSize = TickSize;
        note.LabelFontColor = Color.FromHex("#57606a");
        note.LabelBackgroundColor = Colors.Transparent;
        note.LabelBorderColor = Colors.Transparent;
        note.LabelShadowColor = Colors.Transparent;
        note.OffsetX = 12;
        note.OffsetY = 12;
    }

    private static string? PickFont(params ReadOnlySpan<string> wanted)
    {
        HashSet<string> installed = new(SkiaSharp.SKFontManager.Default.FontFamilies, StringComparer.OrdinalIgnoreCase);
        foreach (string name in wanted)
        {
            if (installed.Contains(name))
            {
                return name;
            }
        }

        return null;
    }

    private static void AddName(Plot panel, ComparisonRow row, string name, double place, Color color)
    {
        if (row.Progress.EpochCount == 0)
        {
            return;
        }

        string accuracy = (100 * row.TestAccuracy).ToString("0.0", CultureInfo.InvariantCulture);
        Text text = panel.Add.Text($"{name} {accuracy}", row.Progress.EpochCount + (0.02 * row.Progress.Epochs), place);
        text.LabelFontName = Font;
        text.LabelFontSize = TextSize;
        text.LabelBold = true;
        text.LabelFontColor = color;
        text.LabelAlignment = Alignment.MiddleLeft;
    }
}
