using System.Text.Json;
using Sam.Cli.Tests.Data;

namespace Sam.Cli.Tests.Commands;

public sealed class TrainResNetTests
{
    [Theory]
    [InlineData("sam")]
    [InlineData("samon")]
    public void ResNet18_LearnsCifarsBinaryFiles_WithTheSameBitsForAnyNumberOfThreads(string sam)
    {
        using TemporaryFolder folder = new();
        WriteFiles(folder);
        List<string> weights = [];
        foreach (string threads in new[] { "1", "2" })
        {
            CommandRun run = CommandRun.Of(
                "train", "--model", "resnet18", "--data", folder.Path, "--epochs", "4", "--batch", "3", "--lr", "0.01", "--sam", sam, "--threads", threads, "--json");
            Assert.Equal(0, run.ExitCode);
            Assert.Equal(11_173_962, run.Json.GetProperty("parameters").GetInt32());
            Assert.Equal("resnet18", run.Json.GetProperty("model").GetString());
            Assert.Equal(JsonValueKind.Number, run.Json.GetProperty("testAccuracy").ValueKind);
            double[] losses = [.. run.Json.GetProperty("trainLossByEpoch").EnumerateArray().Select(static l => l.GetDouble())];
            Assert.Equal(4, losses.Length);
            Assert.True(losses[3] < 0.7 * losses[0], string.Join(", ", losses));
            weights.Add(run.Json.GetProperty("weightsSha256").GetString()!);
        }

        Assert.Equal(weights[0], weights[1]);
    }

    [Fact]
    public void WithoutData_TheFilesToGetAreNamed() =>
        Assert.Contains("cifar-10-batches-bin", CommandRun.Of("train", "--model", "resnet18").ErrorLine());

    [Theory]
    [InlineData("data_batch_3.bin")]
    [InlineData("test_batch.bin")]
    public void AMissingFile_IsNamed(string name)
    {
        using TemporaryFolder folder = new();
        WriteFiles(folder);
        File.Delete(Path.Combine(folder.File("cifar-10-batches-bin"), name));
        string line = CommandRun.Of("train", "--model", "resnet18", "--data", folder.Path).ErrorLine();
        Assert.Contains("no such file", line);
        Assert.Contains(Path.Combine("cifar-10-batches-bin", name), line);
    }

    private static void WriteFiles(TemporaryFolder folder)
    {
        string inner = folder.File("cifar-10-batches-bin");
        Directory.CreateDirectory(inner);
        for (byte i = 1; i <= 5; i++)
        {
            File.WriteAllBytes(Path.Combine(inner, $"data_batch_{i}.bin"), CifarSetTests.Records(i));
        }

        File.WriteAllBytes(Path.Combine(inner, "test_batch.bin"), CifarSetTests.Records(1, 2));
    }
}
