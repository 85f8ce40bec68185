using System.Globalization;
using Sam.Native;

namespace Sam.Bench.Commands;

/// <summary>What whole steps of SAM's cheaper relatives cost beside SGD's and SAM's on one model: one JSON line each.</summary>
/// <remarks>Steps take turns, each figure is a median. LookSAM's is a fifth of five steps, the one with two gradients among them.
/// m-SAM cuts the batch into two and into four, perturbed one by one: the work of SAM in smaller products.</remarks>
internal static class RatiosCommand
{
    public const string Usage = "ratios [--threads N] [--only NAME] [--reps N]";

    private const int LookInterval = 5;

    // A batch of one example cannot be cut.
    private static readonly string[] s_names =
        [.. StepWorkload.Names.Where(static name => !name.EndsWith("-b1", StringComparison.Ordinal))];

    public static int Run(string[] arguments)
    {
        int threads = 0;
        int repetitions = 0;
        string only = "resnet18-cifar-b32";
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads > 0:
                case "--reps" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out repetitions) && repetitions > 0:
                    break;
                case "--only" when value is not null && s_names.Contains(value):
                    only = value;
                    break;
                default:
                    Console.Error.WriteLine($"'{arguments[i]} {value}' is not understood; usage: {Usage},");
                    Console.Error.WriteLine($"with N at least 1 and NAME one of {string.Join(", ", s_names)}.");
                    return 2;
            }
        }

        using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
        using StepWorkload workload = StepWorkload.Make(only, device, 1);
        int ownRepetitions = only.StartsWith("resnet", StringComparison.Ordinal) ? 7 : 40;
        Measure(workload, only, threads > 0 ? threads : Environment.ProcessorCount, repetitions > 0 ? repetitions : ownRepetitions);
        return 0;
    }

    private static void Measure(StepWorkload workload, string name, int threads, int repetitions)
    {
        SamOptions look = new() { Combination = Combination.LookSam(LookInterval) };
        SamOptions halves = new() { MicroBatch = workload.Model.BatchSize / 2, PerturbsEachMicroBatch = true };
        SamOptions quarters = halves with { MicroBatch = workload.Model.BatchSize / 4 };
        (string Variant, SamOptimizer Optimizer, int Steps)[] cases =
        [
            ("sgd", workload.Optimizer(Perturbation.None), 1),
            ("sam", workload.Optimizer(Perturbation.Sam(StepWorkload.Rho)), 1),
            ("looksam-k5", workload.Optimizer(Perturbation.Sam(StepWorkload.Rho), look), LookInterval),
            ("msam", workload.Optimizer(Perturbation.Msam()), 1),
            ("esam-0.5-0.5", workload.Optimizer(Perturbation.Esam(StepWorkload.Rho)), 1),
            ($"m-sam-{halves.MicroBatch}", workload.Optimizer(Perturbation.Sam(StepWorkload.Rho), halves), 1),
            ($"m-sam-{quarters.MicroBatch}", workload.Optimizer(Perturbation.Sam(StepWorkload.Rho), quarters), 1),
        ];
        Action[] bodies = [.. cases.Select(one => (Action)(() =>
        {
            for (int i = 0; i < one.Steps; i++)
            {
                workload.Step(one.Optimizer);
            }
        }))];
        // One thread is timed by its own processor time, which others on the machine disturb less.
        double[] times = threads == 1
            ? Clock.Medians(repetitions, static () => ThreadClock.Seconds, bodies)
            : Clock.Medians(repetitions, bodies);
        for (int i = 0; i < cases.Length; i++)
        {
            double time = times[i] / cases[i].Steps;
            string variant = cases[i].Variant;
            string line = $"{{\"workload\":\"{name}\",\"threads\":{threads},\"variant\":\"{variant}\",";
            FormattableString figures = $"\"ms\":{time:F4},\"over_sgd\":{time / times[0]:F3},\"over_sam\":{time / times[1]:F3}}}";
            Console.WriteLine(line + FormattableString.Invariant(figures));
            cases[i].Optimizer.Dispose();
        }
    }
}
