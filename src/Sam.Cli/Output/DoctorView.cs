using System.Globalization;
using Sam.Cli.Devices;
using Sam.Native;
using Sam.Native.Cuda;
using Spectre.Console;

namespace Sam.Cli.Output;

/// <summary>Shows people what there is to compute with: tables, with colours on a terminal.</summary>
/// <param name="console">Where it writes.</param>
internal sealed class DoctorView(CliConsole console)
{
    private const string Passed = "passed";
    private const string Failed = "FAILED";

    /// <summary>Shows a diagnosis.</summary>
    /// <param name="diagnosis">What was found.</param>
    public void Show(Diagnosis diagnosis)
    {
        Table("Libraries", ["library", "version", "where"], [.. diagnosis.Libraries.Select(Row), ["Compiled kernels", "-", Cache()]]);
        Table("Devices", ["device", "memory", "state"], [.. diagnosis.Devices.Select(Row)]);
        foreach (DeviceDiagnosis device in diagnosis.Devices.Where(static device => device.SelfTest.Count > 0))
        {
            Table($"Self-test of {device.Name}", ["kernels", "result", "time", "detail"], [.. device.SelfTest.Select(Row)]);
        }

        console.Out.WriteLine();
        foreach (string advice in diagnosis.Advice) console.Out.WriteLine(advice);
        console.Out.WriteLine(diagnosis.AllWorks ? "Everything that is there works." : "Something that is there does not work: see above.");
        console.Out.Flush();
    }

    private static string Cache() => CudaOptions.DefaultCacheFolder is { Length: > 0 } folder ? folder : "not kept: there is no cache folder";

    private static string[] Row(LibraryFacts library) =>
        [library.Name, library.Version.Length > 0 ? library.Version : "-", library.IsAvailable ? library.Path : $"not found; tried {string.Join(", ", library.Tried)}"];

    private static string[] Row(DeviceDiagnosis device) =>
    [
        device.Name,
        device.Memory.Length > 0 ? device.Memory : "-",
        device.Failure.Length > 0 ? device.Failure : device.Works ? "works" : $"{Failed}: {device.SelfTest.Count(static result => !result.Passed)} families",
    ];

    private static string[] Row(SelfTestResult result) =>
    [
        result.Family,
        result.Passed ? Passed : Failed,
        string.Create(CultureInfo.InvariantCulture, $"{result.Time.TotalSeconds:0.00} s"),
        result.Detail.ReplaceLineEndings(" "),
    ];

    private void Table(string title, string[] columns, string[][] rows)
    {
        console.Out.WriteLine();
        if (console.OutIsTerminal)
        {
            Table table = new() { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(title)) };
            table.AddColumns(columns);
            foreach (string[] row in rows) table.AddRow([.. row.Select(Colour)]);
            console.Rich(json: false).Write(table);
            return;
        }

        console.Out.WriteLine(title);
        int[] widths = [.. columns.Select((column, i) => rows.Max(row => row[i].Length))];
        foreach (string[] row in rows)
        {
            console.Out.WriteLine(("  " + string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i])))).TrimEnd());
        }
    }

    private static string Colour(string cell) =>
        cell == Passed ? $"[green]{cell}[/]" : cell.StartsWith(Failed, StringComparison.Ordinal) ? $"[red]{Markup.Escape(cell)}[/]" : Markup.Escape(cell);
}
