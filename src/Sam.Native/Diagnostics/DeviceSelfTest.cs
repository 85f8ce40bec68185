using System.Diagnostics;

namespace Sam.Native;

/// <summary>Runs every family of a device's kernels on small problems beside the CPU's, on one thread, and compares.</summary>
/// <remarks>Takes a second or two; on a CUDA device it compiles, or loads, every kernel.</remarks>
/// <example>
/// <code>
/// foreach (SelfTestResult result in DeviceSelfTest.Run(device)) Console.WriteLine(result);
/// </code>
/// </example>
public static class DeviceSelfTest
{
    private static readonly (string Family, Action<SelfTestBench> Test)[] s_families =
    [
        ("elementwise", SelfTestKernels.Elementwise),
        ("linear", SelfTestKernels.Linear),
        ("convolution", SelfTestKernels.Convolution),
        ("pooling", SelfTestKernels.Pooling),
        ("activations", SelfTestKernels.Activations),
        ("random", SelfTestKernels.Random),
        ("losses", SelfTestKernels.Losses),
        ("normalization", SelfTestKernels.Normalization),
        ("sam", SelfTestSteps.Sam),
        ("optimizer", SelfTestSteps.Optimizers),
        ("graph step", SelfTestSteps.Graph),
    ];

    /// <summary>Tests a device. A family that fails, whether by a wrong number or by an exception, does not keep the others from being tested.</summary>
    /// <param name="device">The device; nothing on it is changed.</param>
    /// <returns>A result for each family.</returns>
    /// <exception cref="ArgumentNullException">The device is null.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    public static IReadOnlyList<SelfTestResult> Run(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _ = device.Kernels;
        return [.. s_families.Select(family => Run(device, family.Family, family.Test))];
    }

    private static SelfTestResult Run(Device device, string family, Action<SelfTestBench> test)
    {
        long begin = Stopwatch.GetTimestamp();
        try
        {
            using SelfTestBench bench = new(device);
            test(bench);
            return new SelfTestResult(family, true, Stopwatch.GetElapsedTime(begin), bench.Describe());
        }
        catch (Exception e) when (e is not ObjectDisposedException)
        {
            // Whatever a broken driver makes of a call is what the caller wants to see.
            string kind = e is SelfTestException ? "" : $"{e.GetType().Name}: ";
            return new SelfTestResult(family, false, Stopwatch.GetElapsedTime(begin), $"{kind}{e.Message}");
        }
    }
}
