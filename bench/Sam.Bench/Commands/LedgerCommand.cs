using System.Globalization;

namespace Sam.Bench.Commands;

/// <summary>One SAM step of each workload on the device in software, counted: JSON lines and the tables of docs/cuda.md. `--own` counts what
/// each variant does over the arenas instead, for the table of docs/sam-family.md.</summary>
internal static class LedgerCommand
{
    public const string Usage = "ledger [--only NAME] [--batch N] [--threads N] [--docs FILE] [--host] [--own FILE]";

    // A ResNet's 32 examples take a quarter of an hour in software; `--batch 4` takes two minutes.
    private static readonly string[] s_counted = ["mlp-mnist-b128", "lenet-mnist-b64", "resnet18-cifar-b32"];

    public static int Run(string[] arguments)
    {
        int batch = 0, threads = Environment.ProcessorCount;
        string[] counted = s_counted;
        string? docs = null;
        if (arguments is ["--host"]) return MeasureHost();
        if (arguments is ["--own", string table] && File.Exists(table))
        {
            Console.Write(LedgerText.ReplaceOwnWork(table));
            return 0;
        }

        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--batch" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out batch) && batch > 0:
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads > 0:
                    break;
                case "--only" when StepWorkload.Names.Contains(value):
                    counted = [value!];
                    break;
                case "--docs" when File.Exists(value):
                    docs = value;
                    break;
                default:
                    Console.Error.WriteLine(
                        $"'{arguments[i]} {value}' is not understood; usage: {Usage}, with N at least 1, NAME one of {string.Join(", ", StepWorkload.Names)}, FILE a file that is there.");
                    return 2;
            }
        }

        List<LedgerEntry> entries = [];
        foreach (string name in counted)
        {
            entries.Add(LedgerEntry.Of(name, batch, threads));
            foreach (string line in entries[^1].ToJson()) Console.WriteLine(line);
        }

        string tables = LedgerText.Write(entries);
        Console.WriteLine();
        Console.Write(tables);
        if (docs is not null) LedgerText.Replace(docs, tables);
        return 0;
    }

    // By itself it takes seconds, so that it can be run when the machine does nothing else.
    private static int MeasureHost()
    {
        foreach (string name in s_counted)
        {
            HostCost cost = HostCost.Of(name);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"workload\":\"{name}\",\"host_us\":{cost.Microseconds:F2},\"host_copied_us\":{cost.CopiedMicroseconds:F2},"
                + $"\"host_copy_us\":{cost.CopyMicroseconds:F2},\"host_allocated_bytes\":{cost.AllocatedBytes}}}"));
        }

        return 0;
    }
}
