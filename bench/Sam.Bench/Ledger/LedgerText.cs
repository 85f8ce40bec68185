using System.Globalization;
using System.Text;
using Sam.Emulator;

namespace Sam.Bench;

/// <summary>Writes ledgers as the tables of the documentation.</summary>
internal static class LedgerText
{
    private const string Begin = "<!-- ledger: written by `bench -- ledger --docs docs/cuda.md` -->";
    private const string End = "<!-- end of ledger -->";
    private const string OwnBegin = "<!-- own work: written by `bench -- ledger --own docs/sam-family.md` -->";
    private const string OwnEnd = "<!-- end of own work -->";

    /// <summary>All tables.</summary>
    public static string Write(IReadOnlyList<LedgerEntry> entries)
    {
        StringBuilder text = new();
        Append(text, ["per SAM step", .. entries.Select(static e => e.Name)]);
        Append(text, ["---", .. entries.Select(static _ => "---:")]);
        Append(text, ["batch that was counted", .. entries.Select(static e => Number(e.Batch))]);
        Append(text, ["parameters", .. entries.Select(static e => Number(e.Parameters))]);
        Append(text, ["graph launches", .. entries.Select(static e => Number(e.Sam.GraphLaunches))]);
        Append(text, ["kernels in it (SGD's)", .. entries.Select(static e => $"{Number(e.Sam.Kernels)} ({Number(e.Sgd.Kernels)})")]);
        Append(text, ["synchronisations", .. entries.Select(static e => Number(e.Sam.Synchronisations))]);
        Append(text, ["copies from device to host", .. entries.Select(static e => Number(e.Sam.DeviceToHostCopies))]);
        Append(text, ["allocations, device and pinned", .. entries.Select(static e => Number(e.Sam.Allocations))]);
        Append(text, ["copies from host to device", .. entries.Select(static e => Number(e.Sam.HostToDeviceCopies))]);
        Append(text, ["their bytes (the batch's)", .. entries.Select(static e => $"{Number(e.Sam.HostToDeviceBytes)} ({Number(e.BatchBytes)})")]);
        Append(text, ["SAM's own kernels, over SGD's", .. entries.Select(static e => Number(e.OwnKernels))]);
        Append(text, ["SAM's own bytes per parameter", .. entries.Select(static e => Real(e.OwnBytes, "0.0"))]);
        Append(text, ["host, µs", .. entries.Select(static e => Real(e.Host.Microseconds, "0.0"))]);
        Append(
            text,
            [
                "on a batch elsewhere, µs (copying it alone)",
                .. entries.Select(static e => $"{Real(e.Host.CopiedMicroseconds, "0.0")} ({Real(e.Host.CopyMicroseconds, "0.0")})"),
            ]);
        Append(text, ["host, managed bytes", .. entries.Select(static e => Number(e.Host.AllocatedBytes))]);
        foreach (LedgerEntry entry in entries) Append(text, entry);
        return text.ToString();
    }

    /// <summary>Puts the tables between their marks in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tables">The tables.</param>
    /// <exception cref="InvalidDataException">It has no marks.</exception>
    public static void Replace(string path, string tables) => Replace(path, tables, Begin, End);

    /// <summary>Counts every variant and puts the table between its marks in a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InvalidDataException">It has no marks.</exception>
    public static string ReplaceOwnWork(string path)
    {
        StringBuilder text = new();
        Append(text, ["step, beyond SGD with momentum", "kernels", "bytes per parameter", "least bytes"]);
        Append(text, ["---", "---", "---", "---"]);
        foreach (OwnWorkCase variant in OwnWorkCase.All) text.Append(variant.Row(variant.Count())).Append('\n');
        string table = text.ToString();
        Replace(path, table, OwnBegin, OwnEnd);
        return table;
    }

    private static void Replace(string path, string tables, string first, string last)
    {
        string text = File.ReadAllText(path);
        int begin = text.IndexOf(first, StringComparison.Ordinal), end = text.IndexOf(last, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new InvalidDataException($"{path} has no lines '{first}' and '{last}'.");
        File.WriteAllText(path, $"{text[..(begin + first.Length)]}\n\n{tables}\n{text[end..]}");
    }

    private static void Append(StringBuilder text, LedgerEntry entry)
    {
        text.Append('\n');
        Append(text, [$"{entry.Name}, batch {entry.Batch}", "launches", "bytes loaded", "stored", "sectors over ideal", "bank conflicts"]);
        Append(text, ["---", "---:", "---:", "---:", "---:", "---:"]);
        foreach (LedgerRow row in entry.Sam.Rows.OrderByDescending(static row => row.GlobalBytes))
        {
            KernelCounters c = row.Counters;
            string family = KernelFamilies.Of(row.Name);
            Append(
                text,
                [
                    family == "cublas" ? row.Name : $"{family}: {row.Name}", Number(c.Launches), Number(c.GlobalLoadBytes), Number(c.GlobalStoreBytes),
                    family == "cublas" ? "-" : Real(row.SectorsPerIdeal, "0.00"), family == "cublas" ? "-" : Number(c.SharedBankConflicts),
                ]);
        }
    }

    private static void Append(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Number(long value) => value.ToString("#,##0", CultureInfo.InvariantCulture);

    private static string Real(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
