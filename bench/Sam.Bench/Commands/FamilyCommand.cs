using System.Diagnostics;
using System.Globalization;
using Sam.Native;

namespace Sam.Bench.Commands;

/// <summary>Each variant's own work, everything but the gradients, on 11 million parameters: family [threads] [filter].</summary>
/// <remarks>Bytes are the fewest that the variant's definition moves, with a norm of the last gradient (a step with one that is not finite
/// must change
/// nothing), counted per parameter: a read is 4, a write is 4. The rate is beside that of a copy of the same arena in the same
/// run.</remarks>
internal static class FamilyCommand
{
    private const int Repetitions = 15;

    private static readonly Func<BaseOptimizer> Momentum = static () => new Sgd(1e-5f, 0.9f);

    // Name, perturbation, base optimizer, options, bytes per parameter.
    private static readonly (
        string Name, Func<Perturbation> Perturbation, Func<BaseOptimizer> Base, SamOptions Options, int Bytes)[] s_cases =
    [
        ("sgd momentum", () => Perturbation.None, Momentum, new(), 4 + 20),
        ("adam", () => Perturbation.None, static () => new Adam(1e-5f), new(), 4 + 28),
        ("sam, sgd momentum", () => Perturbation.Sam(), Momentum, new(), 4 + 16 + 4 + 20),
        ("sam, adamw", () => Perturbation.Sam(), static () => new AdamW(1e-5f), new(), 4 + 16 + 4 + 28),
        ("sam p=inf", () => Perturbation.Sam(1e-4f, float.PositiveInfinity), Momentum, new(), 4 + 16 + 4 + 20),
        ("sam p=3", () => Perturbation.Sam(p: 3), Momentum, new(), 8 + 16 + 4 + 20),
        ("asam", () => Perturbation.Asam(weightsOnly: false), Momentum, new(), 8 + 16 + 4 + 20),
        ("friendly-sam", () => Perturbation.Friendly(), Momentum, new(), 4 + 16 + 4 + 16 + 4 + 20),
        ("msam", () => Perturbation.Msam(), Momentum, new(), 4 + 16 + 4 + 20),
        ("gsam", () => Perturbation.Sam(), Momentum, new() { Combination = Combination.Gsam() }, 4 + 20 + 8 + 24),
        ("wsam", () => Perturbation.Sam(), Momentum, new() { Combination = Combination.Wsam() }, 4 + 20 + 8 + 24),
        ("looksam k=1", () => Perturbation.Sam(), Momentum, new() { Combination = Combination.LookSam(1) }, 4 + 20 + 8 + 12 + 20),
        ("sam, rmsprop", () => Perturbation.Sam(), static () => new Rmsprop(1e-5f), new(), 4 + 16 + 4 + 20),
        ("sam, lion", () => Perturbation.Sam(), static () => new Lion(1e-5f), new(), 4 + 16 + 4 + 20),
        ("sam, lamb", () => Perturbation.Sam(), static () => new Lamb(1e-5f), new(), 4 + 16 + 4 + 28 + 8 + 8 + 12),
    ];

    public static int Run(string[] args)
    {
        int threads = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
        using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
        using Arena model = new(device);
        DeviceKernels kernels = device.Kernels;
        foreach ((string name, Func<Perturbation> perturbation, Func<BaseOptimizer> baseOptimizer, SamOptions options,
            int bytes) in s_cases)
        {
            if (args.Length > 1 && !name.Contains(args[1], StringComparison.Ordinal))
            {
                continue;
            }

            using SamOptimizer sam = new(model, baseOptimizer(), perturbation(), options);
            float[] input = [1];
            double[] times = [double.MaxValue, double.MaxValue];
            for (int r = 0; r < Repetitions; r++)
            {
                times[0] = Math.Min(times[0], Time(threads, () => sam.Step(input, Loss.Sum)));
                times[1] = Math.Min(times[1], Time(threads, () =>
                    kernels.Copy(model.Layout.ArenaCount, model.WeightMemory, model.GradientMemory)));
            }

            double rate = bytes * (double)model.Layout.ArenaCount / times[0] / 1e6,
                copy = 8 * (double)model.Layout.ArenaCount / times[1] / 1e6;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-22} {times[0],8:F2} ms  {bytes,3} B/parameter  {rate,6:F1} GB/s  copy {copy,6:F1} GB/s  time over least {copy / rate:F2}"));
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

    /// <summary>A model that is nothing but 62 tensors of 11.2 million weights.</summary>
    private sealed class Arena(Device device) : Model(device, 1, 0, Describe())
    {
        protected override void ForwardCore(in PassContext pass)
        {
        }

        protected override void BackwardCore(in PassContext pass)
        {
        }

        private static ModelLayout Describe()
        {
            List<ParameterInfo> parameters = [];
            int offset = 0;
            for (int i = 0; i < 31; i++)
            {
                foreach (int count in (int[])[360_000, 512])
                {
                    parameters.Add(new ParameterInfo($"{i}.{count}", new Shape(count), offset, count > 512 ? ParameterRole.Weight
                        : ParameterRole.Bias, Initializer.KaimingUniform(100)));
                    offset += count;
                }
            }

            return new ModelLayout
            {
                Name = "Arena",
                InputShape = new Shape(1),
                OutputShape = new Shape(1),
                Parameters = [.. parameters],
                Layers = [],
                ArenaCount = offset,
                ActivationCount = 48,
                InputOffset = 0,
                OutputOffset = 16,
                OutputGradientOffset = 32,
            };
        }
    }
}
