using System.Globalization;

namespace Sam.Bench.Commands;

/// <summary>One SAM step of each workload on the device in software, counted: JSON lines and the tables of docs/cuda.md.</summary>
internal static class LedgerCommand
{
    public const string Usage = "ledger [--only NAME] [--batch N] [--threads N] [--docs FILE] [--host]";

    // A ResNet's 32 examples take a quarter of an hour in software. What depends on them are the bytes of its activations' kernels, and which of
    // several kernels a shape gets.
    private static readonly (string Name, int Batch)[] s_counted = [("mlp-mnist-b128", 128), ("lenet-mnist-b64", 64), ("resnet18-cifar-b32", 4)];

    public static int Run(string[] arguments)
    {
        int batch = 0, threads = Environment.ProcessorCount;
        (string Name, int Batch)[] counted = s_counted;
        string? docs = null;
        if (arguments is ["--host"]) return MeasureHost();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--batch" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out batch) && batch > 0:
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads > 0:
                    break;
                case "--only" when StepWorkload.Names.Contains(value):
                    counted = [s_counted.FirstOrDefault(workload => workload.Name == value, (Name: value!, Batch: 0))];
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
        foreach ((string name, int usual) in counted)
        {
            entries.Add(LedgerEntry.Of(name, batch > 0 ? batch : usual, threads));
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
        foreach ((string name, int _) in s_counted)
        {
            HostCost cost = HostCost.Of(name);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"workload\":\"{name}\",\"host_us\":{cost.Microseconds:F2},\"host_copy_us\":{cost.CopyMicroseconds:F2},\"host_allocated_bytes\":{cost.AllocatedBytes}}}"));
        }

        return 0;
    }
}
