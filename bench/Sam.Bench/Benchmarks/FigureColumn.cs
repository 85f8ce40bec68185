using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Sam.Bench.Benchmarks;

/// <summary>A column of a figure made from the nanoseconds of a benchmark's fastest iteration, as the machine's best is
/// made from the fastest run.</summary>
/// <param name="name">Head of the column.</param>
/// <param name="legend">What the figure is.</param>
/// <param name="format">Format of the number.</param>
/// <param name="figure">The figure of a case and its time; NaN leaves the cell empty.</param>
internal sealed class FigureColumn(string name, string legend, string format, Func<BenchmarkCase, double, double> figure) : IColumn
{
    public string Id => $"{nameof(FigureColumn)}.{name}";

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => legend;

    /// <summary>Three columns: a rate in units of 1e9 for each second, the machine's best, and the share of it.</summary>
    /// <param name="unit">GB/s or GFLOP/s.</param>
    /// <param name="bestName">What the best is.</param>
    /// <param name="work">Bytes or operations of a case.</param>
    /// <param name="best">The machine's best for a case.</param>
    /// <returns>The columns.</returns>
    public static IColumn[] Rates(string unit, string bestName, Func<BenchmarkCase, double> work, Func<BenchmarkCase, double> best) =>
    [
        new FigureColumn(unit, $"Work over the time of the fastest iteration, in {unit}", "F1", (one, time) => work(one) / time),
        new FigureColumn(bestName, $"The machine's {bestName} in {unit}, measured in this run", "F1", (one, _) => best(one)),
        new FigureColumn($"of {bestName}", $"The rate as a share of the {bestName}", "P0", (one, time) => work(one) / time / best(one)),
    ];

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        double value = summary[benchmarkCase]?.ResultStatistics is { } statistics ? figure(benchmarkCase, statistics.Min) : double.NaN;
        return double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);
    }

    public override string ToString() => name;
}
