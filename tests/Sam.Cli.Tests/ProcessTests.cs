using System.Diagnostics;
using System.Text.Json;

namespace Sam.Cli.Tests;

/// <summary>The built program as a process of its own.</summary>
public sealed class ProcessTests(SmallMnistFixture data) : IClassFixture<SmallMnistFixture>
{
    private const int TimeLimitMilliseconds = 60_000;

    [Fact]
    public void Json_IsTheLastLineOfStandardOutput()
    {
        using Process process = Start("train", "--model", "mlp", "--epochs", "1", "--threads", "2", "--data", data.Path, "--json");
        (string output, string error) = ReadToEnd(process);

        Assert.Equal(0, process.ExitCode);
        JsonElement json = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal(0, json.GetProperty("allocatedBytesPerStep").GetDouble());
        Assert.True(json.GetProperty("startSeconds").GetDouble() > 0);
        Assert.Contains("epoch 1/1", error);
        Assert.DoesNotContain("\e", error);
    }

    [Fact]
    public void BadOption_EndsWithTwo()
    {
        using Process process = Start("train", "--rho", "much");
        (string output, string error) = ReadToEnd(process);

        Assert.Equal(2, process.ExitCode);
        Assert.Equal("", output);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void BadThreadsVariable_IsNamed()
    {
        using Process process = Start(["train", "--data", data.Path], threadsVariable: "many");
        (string _, string error) = ReadToEnd(process);

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("SAM_THREADS", error);
        Assert.Contains("'many'", error);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void Interrupt_EndsWithASummary(string signal)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Sends a POSIX signal.");
        }

        using Process process = Start("train", "--model", "mlp", "--epochs", "100000", "--threads", "1", "--data", data.Path);
        List<string> lines = [];
        while (process.StandardOutput.ReadLine() is string line)
        {
            lines.Add(line);
            if (line.StartsWith("epoch 2/"))
            {
                using Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                kill.WaitForExit();
                break;
            }
        }

        (string rest, string error) = ReadToEnd(process);
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("", error);
        Assert.Contains("Stopped after ", rest);
        Assert.Contains("Test accuracy", rest);
    }

    [Fact]
    public void AKilledRun_GoesOnToTheSameWeights()
    {
        using TemporaryFolder folder = new();
        string checkpoint = folder.File("run.safetensors");
        string[] args = ["train", "--model", "mlp", "--batch", "16", "--epochs", "4", "--threads", "1", "--data", data.Path];
        string[] kept = [.. args, "--checkpoint", checkpoint];
        using Process process = Start(kept);
        while (process.StandardOutput.ReadLine() is string line && !line.StartsWith("epoch 2/"))
        {
        }

        process.Kill();
        process.WaitForExit();

        CommandRun resumed = CommandRun.Of([.. kept, "--resume", "--json"]);

        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(
            CommandRun.Of([.. args, "--json"]).Json.GetProperty("weightsSha256").GetString(),
            resumed.Json.GetProperty("weightsSha256").GetString());
    }

    private static Process Start(params string[] args) => Start(args, threadsVariable: null);

    private static Process Start(string[] args, string? threadsVariable)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "sam.dll");
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (threadsVariable is not null)
        {
            start.Environment["SAM_THREADS"] = threadsVariable;
        }

        return Process.Start(start)!;
    }

    private static (string Out, string Error) ReadToEnd(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeLimitMilliseconds), "The program did not end.");
        return (output, error.Result);
    }
}
