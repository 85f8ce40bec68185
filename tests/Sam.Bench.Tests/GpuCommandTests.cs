using System.Text.Json;
using Sam.Bench.Commands;
using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Bench.Tests;

/// <summary>`bench -- gpu` where there is no GPU: in software, and not at all. Times are not looked at.</summary>
[Collection(ConsoleRun.Collection)]
public sealed class GpuCommandTests
{
    [Fact]
    public void Emulated_MeasuresEverythingAndSaysThatItMeansNothing()
    {
        ConsoleRun run = Run("--device", "emulated", "--only", "families");
        Assert.Equal((0, ""), (run.Code, run.Error));
        JsonElement[] lines = run.Json;
        Assert.Contains("mean nothing", lines[0].GetProperty("note").GetString());
        string[] families = [.. lines[1..].Select(static line => line.GetProperty("family").GetString()!)];
        foreach (string family in (string[])["elementwise", "activations", "dropout", "pooling", "normalization", "losses", "linear", "convolution", "operands in 16 bits",
            "step: sam, sgd momentum"])
        {
            Assert.Contains(families, name => name.StartsWith(family, StringComparison.Ordinal));
        }

        Assert.All(lines[1..], static line =>
        {
            Assert.True(line.GetProperty("times_mean_nothing").GetBoolean());
            Assert.True(line.GetProperty("ms").GetDouble() > 0);
            Assert.True(line.GetProperty("copy_gb_per_s").GetDouble() > 0);
        });
    }

    [Fact]
    public void Families_RunKernelsOfEveryFile()
    {
        using EmulatedCuda emulated = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false });
        using Device device = Device.Cuda(new CudaOptions { Driver = emulated.Driver, Cublas = emulated.Cublas });
        ConsoleRun.Of(
            _ =>
            {
                GpuCommand.Measure(device, GpuCommand.Families, rounds: 1, runs: 1, GpuCommand.EmulatedElements, "emulated");
                return 0;
            },
            []);
        string[] run = [.. emulated.Ledger.Kernels.Select(static row => KernelFamilies.Of(row.Name)).Distinct().Where(static family => family != "cublas")];
        Assert.Equal(KernelFamilies.All, run.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Emulated_SetsSamBesideSgd()
    {
        ConsoleRun run = Run("--device", "emulated", "--only", "mlp-tiny-b32");
        JsonElement line = run.Json[^1];
        Assert.Equal(0, run.Code);
        Assert.Equal("mlp-tiny-b32", line.GetProperty("workload").GetString());
        Assert.True(line.GetProperty("sam_over_sgd").GetDouble() > 0);
    }

    [Fact]
    public void WithoutAGpu_SaysWhatIsMissing()
    {
        if (CudaLibraries.Probe().IsAvailable) Assert.Skip("There is a GPU.");
        ConsoleRun run = Run();
        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", run.Error);
    }

    private static ConsoleRun Run(params string[] arguments) => ConsoleRun.Of(GpuCommand.Run, arguments);
}
