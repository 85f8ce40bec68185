using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sam.Native;
using Sam.Native.Cpu;

namespace Sam.Bench.Commands;

/// <summary>Speed of the convolutions that the workloads are made of, in three directions: dev-convolutions [threads] [filter]
/// [direction: 0 forward, 1 data, 2 weight] [trials].</summary>
internal static unsafe class DevConvolutions
{
    private static readonly (string Name, int Batch, Conv2dShape Shape)[] s_cases =
    [
        ("lenet-conv1", 64, new(1, 28, 28, 32, 5, 5, 1, 1, 2, 2)),
        ("lenet-conv2", 64, new(32, 14, 14, 64, 5, 5, 1, 1, 2, 2)),
        ("resnet-64-32x32", 8, new(64, 32, 32, 64, 3, 3, 1, 1, 1, 1)),
        ("resnet-128-16x16", 8, new(128, 16, 16, 128, 3, 3, 1, 1, 1, 1)),
        ("resnet-256-8x8", 16, new(256, 8, 8, 256, 3, 3, 1, 1, 1, 1)),
        ("resnet-512-4x4", 32, new(512, 4, 4, 512, 3, 3, 1, 1, 1, 1)),
        ("resnet-s2-64-128", 32, new(64, 32, 32, 128, 3, 3, 2, 2, 1, 1)),
        ("resnet-s2-128-256", 32, new(128, 16, 16, 256, 3, 3, 2, 2, 1, 1)),
        ("resnet-s2-256-512", 32, new(256, 8, 8, 512, 3, 3, 2, 2, 1, 1)),
        ("resnet-1x1-64-128", 32, new(64, 32, 32, 128, 1, 1, 2, 2, 0, 0)),
        ("resnet-1x1-128-256", 32, new(128, 16, 16, 256, 1, 1, 2, 2, 0, 0)),
        ("resnet-1x1-256-512", 32, new(256, 8, 8, 512, 1, 1, 2, 2, 0, 0)),
        ("cifar-stem", 32, new(3, 32, 32, 64, 3, 3, 1, 1, 1, 1)),
        ("resnet-stem", 2, new(3, 64, 64, 64, 7, 7, 2, 2, 3, 3)),
        ("seed-b1-512-2x2", 1, new(512, 2, 2, 512, 3, 3, 1, 1, 1, 1)),
    ];

    public static int Run(string[] args)
    {
        int threads = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
        int only = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : -1;
        int trials = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 30;
        double peak = MachinePeak.GflopsPerCore() * threads;
        Console.WriteLine($"peak of {threads} threads {peak:F1} GFLOP/s");
        using WorkerTeam team = new(threads);
        foreach ((string name, int batch, Conv2dShape shape) in s_cases)
        {
            if (args.Length > 1 && !name.Contains(args[1], StringComparison.Ordinal))
            {
                continue;
            }

            float* x = Allocate(batch * shape.InCount);
            float* y = Allocate(batch * shape.OutCount);
            float* w = Allocate(shape.WeightCount + shape.OutChannels);
            float* workspace = Allocate((int)(Convolution.WorkspaceBytes(shape, batch, threads) / sizeof(float)));
            double operations = 2.0 * batch * shape.OutHeight * shape.OutWidth * shape.WeightCount;
            Console.Write($"{name,-18}");
            for (int direction = 0; direction < 3; direction++)
            {
                if (only >= 0 && only != direction)
                {
                    continue;
                }

                double best = double.MaxValue;
                Fill(x, batch * shape.InCount);
                Fill(w, shape.WeightCount);
                Fill(y, batch * shape.OutCount);
                for (int trial = 0; trial < trials; trial++)
                {
                    double start = Now(threads);
                    switch (direction)
                    {
                        case 0:
                            Convolution.Forward(team, shape, batch, x, w, w + shape.WeightCount, true, y, workspace);
                            break;
                        case 1:
                            Convolution.BackwardData(team, shape, batch, y, w, null, x, false, workspace);
                            break;
                        default:
                            Convolution.BackwardWeight(team, shape, batch, x, y, w, w + shape.WeightCount, false, workspace);
                            break;
                    }

                    best = Math.Min(best, Now(threads) - start);
                }

                Console.Write($"{((string[])["forward", "data", "weight"])[direction],8} {best * 1e6,8:F0} us {operations / best / 1e9 / peak,6:P0}");
            }

            Console.WriteLine();
            NativeMemory.AlignedFree(x);
            NativeMemory.AlignedFree(y);
            NativeMemory.AlignedFree(w);
            NativeMemory.AlignedFree(workspace);
        }

        return 0;
    }

    private static float* Allocate(int count)
    {
        float* block = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        Fill(block, count);
        return block;
    }

    private static void Fill(float* block, int count) => new Span<float>(block, count).Fill(0.01f);

    /// <summary>Alone, the thread's own time; with others, the time on the wall.</summary>
    private static double Now(int threads) => threads == 1 ? ThreadClock.Seconds : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
