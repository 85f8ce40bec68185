using System.Diagnostics;
using System.Globalization;
using Sam.Native;

namespace Sam.Bench.Commands;

/// <summary>Each variant's own work, everything but the gradients, on 11 million parameters: family [threads] [filter].</summary>
/// <remarks>The rate is beside that of a copy of the same arena in the same run.</remarks>
internal static class FamilyCommand
{
    public const string Usage = "family [THREADS] [FILTER]";

    private const int Repetitions = 15;

    public static int Run(string[] args)
    {
        int threads = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
        using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
        using FlatModel model = new(device);
        DeviceKernels kernels = device.Kernels;
        foreach (FamilyCase variant in FamilyCase.All)
        {
            if (args.Length > 1 && !variant.Name.Contains(args[1], StringComparison.Ordinal))
            {
                continue;
            }

            using SamOptimizer sam = variant.Make(model);
            float[] input = [1];
            double[] times = [double.MaxValue, double.MaxValue];
            for (int r = 0; r < Repetitions; r++)
            {
                times[0] = Math.Min(times[0], Time(threads, () => sam.Step(input, Loss.Sum)));
                times[1] = Math.Min(times[1], Time(threads, () =>
                    kernels.Copy(model.Layout.ArenaCount, model.WeightMemory, model.GradientMemory)));
            }

            double rate = variant.Bytes * (double)model.Layout.ArenaCount / times[0] / 1e6,
                copy = 8 * (double)model.Layout.ArenaCount / times[1] / 1e6;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{variant.Name,-22} {times[0],8:F2} ms  {variant.Bytes,3} B/weight  {rate,6:F1} GB/s  copy {copy,6:F1} GB/s  {copy / rate:F2} times the least"));
        }

        return 0;
    }

    // Milliseconds; of this thread's own processor time where it works alone, which others on the machine disturb less.
    private static double Time(int threads, Action body)
    {
        double start = Now(threads);
        body();
        return (Now(threads) - start) * 1e3;
    }

    private static double Now(int threads) => threads == 1 ? ThreadClock.Seconds : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
