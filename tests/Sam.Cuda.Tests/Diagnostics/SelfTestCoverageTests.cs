using System.Text.RegularExpressions;
using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>The self-test runs kernels of every file.</summary>
public sealed partial class SelfTestCoverageTests
{
    // Tiles for problems that keep a hundred multiprocessors busy, which differ from the others in two constants; and what reduced precision alone takes.
    private static readonly string[] s_others =
    [
        "convolution_data_64x128", "convolution_data_64x64", "convolution_forward_64x128", "convolution_forward_64x64", "half_operands",
    ];

    [Fact]
    public void EveryKernelIsRun()
    {
        using EmulatedCuda emulated = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using Device device = Device.Cuda(new CudaOptions { Driver = emulated.Driver, Cublas = emulated.Cublas, CacheFolder = CudaSession.RunFolder });
        Assert.All(DeviceSelfTest.Run(device), static result => Assert.True(result.Passed, result.ToString()));
        HashSet<string> run = [.. emulated.Ledger.Kernels.Select(static row => row.Name)];
        string[] left =
        [
            .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "cuda"), "*.cu")
                .SelectMany(static path => KernelPattern().Matches(File.ReadAllText(path)).Select(match => $"{Path.GetFileName(path)}: {match.Groups[1].Value}"))
                .Where(kernel => !run.Contains(kernel.Split(' ')[1])),
        ];
        Assert.Equal(s_others, left.Select(static kernel => kernel.Split(' ')[1]).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"extern ""C"" __global__ void(?:\s+__launch_bounds__\([^)]*\))?\s+(\w+)\s*\(")]
    private static partial Regex KernelPattern();
}
