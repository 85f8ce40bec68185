using System.Globalization;
using System.Text;

namespace Sam.Emulator;

/// <summary>Writes ledger rows as a table of aligned columns.</summary>
internal static class LedgerTable
{
    private static readonly (string Title, Func<LedgerRow, string> Cell)[] Columns =
    [
        ("runs", row => Number(row.Counters.Launches)),
        ("blocks", row => Number(row.Counters.Blocks)),
        ("lane instr", row => Number(row.Counters.LaneInstructions)),
        ("loaded", row => Number(row.Counters.GlobalLoadBytes)),
        ("stored", row => Number(row.Counters.GlobalStoreBytes)),
        ("sectors", row => Number(row.GlobalSectors)),
        ("x ideal", row => row.SectorsPerIdeal.ToString("0.00", CultureInfo.InvariantCulture)),
        ("shared", row => Number(row.Counters.SharedLoadBytes + row.Counters.SharedStoreBytes)),
        ("conflicts", row => Number(row.Counters.SharedBankConflicts)),
        ("atomics", row => Number(row.Counters.Atomics)),
        ("barriers", row => Number(row.Counters.Barriers)),
    ];

    /// <summary>Appends a table; nothing for no rows.</summary>
    /// <param name="text">Receives it.</param>
    /// <param name="title">What the first column holds.</param>
    /// <param name="rows">The rows.</param>
    internal static void Append(StringBuilder text, string title, IReadOnlyList<LedgerRow> rows)
    {
        if (rows.Count == 0) return;
        string[][] cells = [
            [title, .. Columns.Select(column => column.Title)],
            .. rows.Select(row => (string[])[row.Name, .. Columns.Select(column => column.Cell(row))])];
        int[] widths = [.. Enumerable.Range(0, Columns.Length + 1).Select(i => cells.Max(line => line[i].Length))];
        foreach (string[] line in cells)
        {
            text.Append(line[0].PadRight(widths[0]));
            for (int i = 1; i < line.Length; i++) text.Append("  ").Append(line[i].PadLeft(widths[i]));
            text.Append('\n');
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
