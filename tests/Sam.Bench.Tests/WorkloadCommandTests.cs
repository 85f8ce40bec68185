using System.Text.Json;
using Sam.Bench.Commands;

namespace Sam.Bench.Tests;

/// <summary>`bench -- workloads` and `bench -- layers` print what they promise. Times are not looked at.</summary>
[Collection(ConsoleRun.Collection)]
public sealed class WorkloadCommandTests
{
    // The peer's fields of a step and of a product, in its order; what it does not measure follows.
    private static readonly string[] s_step =
        ["workload", "threads", "parameters", "sgd_ms", "sam_ms", "sam_own_ms", "sam_over_sgd", "allocated_bytes", "peak_bytes"];

    private static readonly string[] s_product = ["workload", "threads", "ms", "gflops"];

    [Theory]
    [InlineData("mlp-tiny-b32")]
    [InlineData("gemm-128x256x784")]
    public void AWorkload_HasThePeersFields(string name)
    {
        ConsoleRun run = ConsoleRun.Of(WorkloadCommand.Run, "--threads", "1", "--only", name, "--reps", "1");
        Assert.Equal((0, ""), (run.Code, run.Error));
        JsonElement line = Assert.Single(run.Json);
        Assert.Equal(name.StartsWith("gemm", StringComparison.Ordinal) ? s_product : s_step, line.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(name, line.GetProperty("workload").GetString());
        Assert.Equal(1, line.GetProperty("threads").GetInt32());
        Assert.All(line.EnumerateObject().Skip(2), static p => Assert.Equal(JsonValueKind.Number, p.Value.ValueKind));
        if (line.TryGetProperty("parameters", out JsonElement parameters))
        {
            Assert.Equal((32 * 64) + 64 + (64 * 64) + 64 + (64 * 4) + 4, parameters.GetInt32());
            Assert.Equal(0, line.GetProperty("allocated_bytes").GetInt64());
            Assert.True(line.GetProperty("peak_bytes").GetInt64() > 1 << 20);
        }
    }

    [Fact]
    public void Layers_HaveARowForEachDirection()
    {
        ConsoleRun run = ConsoleRun.Of(LayersCommand.Run, "--threads", "1", "--batch", "1", "--reps", "1", "--only", "512 4x4");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.StartsWith("resnet18-cifar, batch 1, 1 threads: peak ", run.Lines[0]);
        Assert.Equal(
            ["forward", "backward", "forward, shortcut", "backward, shortcut"],
            run.Lines[3..].Select(static line => line[35..53].TrimEnd()));
        Assert.All(run.Lines[3..], static line => Assert.StartsWith("bn+relu 512 4x4 ", line));

        run = ConsoleRun.Of(LayersCommand.Run, "--threads", "1", "--model", "lenet-mnist", "--batch", "1", "--reps", "1", "--only", "conv 1-32 5x5/1");
        Assert.Equal(["forward", "weight gradient"], run.Lines[3..].Select(static line => line[35..53].TrimEnd()));

        run = ConsoleRun.Of(LayersCommand.Run, "--threads", "1", "--model", "lenet-mnist", "--batch", "1", "--reps", "1", "--only", "conv 32-64 5x5/1");
        Assert.Equal(["forward", "data gradient", "weight gradient"], run.Lines[3..].Select(static line => line[35..53].TrimEnd()));
    }

    [Theory]
    [InlineData("--threads", "0")]
    [InlineData("--only", "resnet19")]
    public void WhatIsNotUnderstood_IsNamed(string option, string value)
    {
        ConsoleRun run = ConsoleRun.Of(WorkloadCommand.Run, option, value);
        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains($"'{option} {value}' is not understood", run.Error);
    }
}
