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
    /// <param name="task">"hash", "libraries", or "save" and a path.</param>
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

        if (task == "libraries")
        {
            using (Device device = Device.Cpu()) Train(device);
            Console.WriteLine($"libraries:{LibrariesOfCuda()}");
            using (Device device = Device.Default()) Train(device);
            Console.WriteLine($"libraries:{LibrariesOfCuda()}");
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

    private static void Train(Device device)
    {
        using FlatModel model = new(device, 4, 100, 10);
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
        sam.Step(Input, Targets);
    }

    private static string LibrariesOfCuda()
    {
        string[] parts = ["cuda", "nvrtc", "cublas", "nvidia"];
        return string.Concat(Process.GetCurrentProcess().Modules.Cast<ProcessModule>()
            .Select(static module => Path.GetFileName(module.FileName))
            .Where(name => name.EndsWith(".dll", StringComparison.Ordinal) == OperatingSystem.IsWindows())
            .Where(name => parts.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase)))
            .Select(static name => " " + name));
    }
}
