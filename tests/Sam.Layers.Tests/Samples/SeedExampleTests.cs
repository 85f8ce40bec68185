using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Sam.Tests;

namespace Sam.Layers.Tests.Samples;

/// <summary>The sample that this project started from, as a process of its own.</summary>
public sealed partial class SeedExampleTests
{
    private const int TimeLimitMilliseconds = 120_000;

    [Fact]
    public void TheSeedExample_PrintsFiveStepsThatLowerItsLoss()
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Program()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        using Process process = Process.Start(start)!;
        (string output, string error) = ReadToEnd(process);
        Assert.Equal((0, ""), (process.ExitCode, error));

        Match[] steps = [.. output.TrimEnd().Split('\n').Select(static line => Step().Match(line))];
        Assert.Equal(5, steps.Length);
        Assert.All(steps, static step => Assert.True(step.Success));
        double[] losses = [.. steps.Select(static step => Number(step, 1))];
        Assert.All(losses.Zip(losses.Skip(1)), static pair => Assert.True(pair.Second < pair.First, $"{pair}"));
        Assert.True(Number(steps[0], 2) > losses[0] && Number(steps[0], 3) > 0, output);
    }

    private static (string Output, string Error) ReadToEnd(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeLimitMilliseconds), "The sample did not end.");
        return (output, error.Result);
    }

    private static double Number(Match step, int group) => double.Parse(step.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^loss (-?\d+\.\d{3}), at the perturbed weights (-?\d+\.\d{3}), sharpness (-?\d+\.\d{3})\r?$")]
    private static partial Regex Step();

    // Built beside this project, in the same configuration.
    private static string Program()
    {
        DirectoryInfo framework = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Repository.Root, "samples", "SeedExample", "bin", framework.Parent!.Name, framework.Name, "SeedExample.dll");
    }
}
