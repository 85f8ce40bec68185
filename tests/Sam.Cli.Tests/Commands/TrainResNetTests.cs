using System.Text.Json;
using Sam.Cli.Tests.Data;

namespace Sam.Cli.Tests.Commands;

public sealed class TrainResNetTests
{
    [Theory]
    [InlineData("sam")]
    [InlineData("samon")]
    public void ResNet18_TrainsOnCifarsBinaryFiles(string sam)
    {
        using TemporaryFolder folder = new();
        string inner = folder.File("cifar-10-batches-bin");
        Directory.CreateDirectory(inner);
        for (byte i = 1; i <= 5; i++)
        {
            File.WriteAllBytes(Path.Combine(inner, $"data_batch_{i}.bin"), CifarSetTests.Records(i));
        }

        File.WriteAllBytes(Path.Combine(inner, "test_batch.bin"), CifarSetTests.Records(1, 2));

        CommandRun run = CommandRun.Of("train", "--model", "resnet18", "--data", folder.Path, "--epochs", "1", "--batch", "3", "--lr", "0.001", "--sam", sam, "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(11_173_962, run.Json.GetProperty("parameters").GetInt32());
        Assert.Equal("resnet18", run.Json.GetProperty("model").GetString());
        Assert.Equal(JsonValueKind.Number, run.Json.GetProperty("testAccuracy").ValueKind);
    }

    [Fact]
    public void WithoutData_TheFilesToGetAreNamed() =>
        Assert.Contains("cifar-10-batches-bin", CommandRun.Of("train", "--model", "resnet18").ErrorLine());

    [Fact]
    public void AMissingFile_IsNamed()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("_batch", CommandRun.Of("train", "--model", "resnet18", "--data", folder.Path).ErrorLine());
    }
}
