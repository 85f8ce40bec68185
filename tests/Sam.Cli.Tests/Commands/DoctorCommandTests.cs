using System.Text.Json;
using Sam.Native.Cuda;

namespace Sam.Cli.Tests.Commands;

/// <summary>`sam doctor` with and without what it looks for.</summary>
public sealed class DoctorCommandTests
{
    private static readonly string[] s_families =
    [
        "elementwise", "linear", "convolution", "pooling", "activations", "random", "losses", "normalization", "sam", "optimizer", "graph step",
    ];

    [Fact]
    public void WithoutADriver_SaysWhatWasTriedAndThatTheCpuWorks()
    {
        if (CudaLibraries.Driver.IsAvailable) Assert.Skip("There is a driver.");
        CommandRun run = CommandRun.Of("doctor");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(OperatingSystem.IsWindows() ? "tried nvcuda.dll" : "tried libcuda.so.1, libcuda.so", run.Out);
        Assert.Contains("display driver", run.Out);
        Assert.All(CudaLibraries.Cublas.Tried, name => Assert.Contains(name, run.Out));
        Assert.Contains("Everything that is there works.", run.Out);
        Assert.Contains(CudaOptions.DefaultCacheFolder, run.Out);
        Assert.DoesNotContain("\e", run.Out);
        foreach (string family in s_families) Assert.Matches($@"\n  {family} +passed", run.Out);
    }

    [Fact]
    public void WithoutADriver_CudaIsAnError()
    {
        if (CudaLibraries.Driver.IsAvailable) Assert.Skip("There is a driver.");
        Assert.Contains("libcuda", CommandRun.Of("doctor", "--device", "cuda").ErrorLine().Replace("nvcuda", "libcuda"));
    }

    [Fact]
    public void Json_HasALineForEachThing()
    {
        CommandRun run = CommandRun.Of("doctor", "--device", "cpu", "--json");
        JsonElement[] lines = [.. run.Out.TrimEnd('\n').Split('\n').Select(static line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(0, run.ExitCode);
        JsonElement driver = Assert.Single(lines, static line => line.TryGetProperty("library", out JsonElement name) && name.GetString() == "The CUDA driver");
        Assert.Equal(CudaLibraries.Driver.IsAvailable, driver.GetProperty("available").GetBoolean());
        Assert.Equal(CudaLibraries.Driver.Reason, driver.GetProperty("reason").GetString());
        Assert.True(Assert.Single(lines, static line => line.TryGetProperty("device", out _)).GetProperty("works").GetBoolean());
        Assert.Equal(s_families, lines.Where(static line => line.TryGetProperty("selfTest", out _)).Select(static line => line.GetProperty("selfTest").GetString()));
        Assert.True(lines[^1].GetProperty("works").GetBoolean());
    }

    [Fact]
    public void Emulated_PassesEveryFamily()
    {
        CommandRun run = CommandRun.Of("doctor", "--device", "emulated", "--json");
        JsonElement[] lines = [.. run.Out.TrimEnd('\n').Split('\n').Select(static line => JsonDocument.Parse(line).RootElement)];
        JsonElement[] tests = [.. lines.Where(static line => line.TryGetProperty("selfTest", out _) && line.GetProperty("kind").GetString() == "emulated")];
        Assert.Equal(s_families, tests.Select(static line => line.GetProperty("selfTest").GetString()));
        Assert.All(tests, static line => Assert.True(line.GetProperty("passed").GetBoolean(), line.ToString()));
        Assert.Equal(0, run.ExitCode);
    }
}
