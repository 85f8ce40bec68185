using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Sam.Native.Tests.Optimizers;

/// <summary>This test program started as a child process, with a task in its environment.</summary>
internal static class Child
{
    private const string TaskVariable = "SAM_NATIVE_TEST_TASK";

    public static readonly float[] Input = [0.7f, -1.1f, 0.4f, 1.6f];
    public static readonly float[] Targets = [1, -1, 2, 0.5f];

    // Large enough that writing it takes a while.
    public static readonly int[] Counts = [200_000, 33, 64, 64, 5_000, 10];

    /// <summary>Starts a child.</summary>
    /// <param name="task">"hash", or "save" and a path.</param>
    /// <param name="settings">Further environment variables.</param>
    /// <returns>The process, its standard output redirected.</returns>
    public static Process Start(string task, params (string Name, string Value)[] settings)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", typeof(Child).Assembly.Location])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[TaskVariable] = task;
        foreach ((string name, string value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>The optimizer whose checkpoints are saved.</summary>
    public static SamOptimizer Optimizer(Model model) =>
        new(model, new AdamW(0.01f), Perturbation.Friendly(0.1f), new SamOptions { Combination = Combination.LookSam(3) });

    /// <summary>A hash of the weights that every variant ends at.</summary>
    public static string Hash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in Variants.Perturbations.Keys)
        {
            foreach (string baseOptimizer in (string[])["sgd nesterov decay", "adamw", "lamb"])
            {
                using Device device = Device.Cpu();
                using FlatModel model = new(device, 4, 20_011, 33, 64, 64, 5_003, 10);
                using SamOptimizer sam = new(model, Variants.Bases[baseOptimizer](), Variants.Perturbations[name]());
                sam.Step(Input, Targets);
                sam.Step(Input, Targets);
                hash.AppendData(MemoryMarshal.AsBytes(model.Copy().AsSpan()));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    [ModuleInitializer]
    internal static void Run()
    {
        string? task = Environment.GetEnvironmentVariable(TaskVariable);
        if (task == "hash")
        {
            Console.WriteLine(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128);
            Console.WriteLine(Hash());
            Environment.Exit(0);
        }

        if (task is not null && task.StartsWith("save ", StringComparison.Ordinal))
        {
            using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
            using FlatModel model = new(device, 4, Counts);
            using SamOptimizer sam = Optimizer(model);
            for (int step = 0; step < 100_000; step++)
            {
                sam.Step(Input, Targets);
                sam.Save(task["save ".Length..]);
            }

            Environment.Exit(0);
        }
    }
}
