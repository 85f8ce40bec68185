using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Sam.Bench.Benchmarks;

/// <summary>Runs BenchmarkDotNet's benchmarks of this folder: benchmark [BenchmarkDotNet arguments].</summary>
/// <remarks>In this process, in short iterations: a class takes a minute or a few. A job named in the arguments takes the short one's
/// place. Allocated bytes are the whole process's, the runner's included.</remarks>
internal static class BenchmarkCommand
{
    public const string Usage = "benchmark [BenchmarkDotNet arguments]";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static int Run(string[] arguments)
    {
        ManualConfig config = ManualConfig.Create(DefaultConfig.Instance);
        if (Array.Exists(arguments, static argument => argument is "-j" or "--job"))
        {
            arguments = [.. arguments, "--inProcess"];
        }
        else
        {
            config.AddJob(Job.Default
                .WithToolchain(new InProcessEmitToolchain(Limit, logOutput: false))
                .WithIterationTime(TimeInterval.FromMilliseconds(100))
                .WithUnrollFactor(1)
                .WithMinWarmupCount(2)
                .WithMaxWarmupCount(4)
                .WithIterationCount(9)
                .WithId("Short"));
        }

        return BenchmarkSwitcher.FromAssembly(typeof(BenchmarkCommand).Assembly).Run(arguments, config).Any(static summary =>
            summary.HasCriticalValidationErrors || summary.Reports.Any(static report => !report.Success)) ? 1 : 0;
    }
}
