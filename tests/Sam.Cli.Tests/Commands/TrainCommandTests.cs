using System.Text.Json;
using Sam.Cli.Training;

namespace Sam.Cli.Tests.Commands;

public sealed class TrainCommandTests(SmallMnistFixture data) : IClassFixture<SmallMnistFixture>
{
    private string[] Mlp => ["train", "--model", "mlp", "--batch", "32", "--epochs", "3", "--threads", "1", "--data", data.Path];

    [Theory]
    [InlineData("sam")]
    [InlineData("sgd")]
    public void Training_LearnsAndPrintsOneLineForEachEpochAndATable(string optimizer)
    {
        CommandRun run = CommandRun.Of([.. Mlp, "--optimizer", optimizer]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Equal(3, run.Out.Split('\n').Count(static line => line.StartsWith("epoch ")));
        Assert.Contains("epoch 3/3", run.Out);
        Assert.Contains("Test accuracy       100.00 %", run.Out);
        Assert.Contains("300 training and 100 test images", run.Out);
        Assert.DoesNotContain("\e", run.Out);
        Assert.DoesNotContain(" \n", run.Out);
        Assert.DoesNotContain("\r", run.Out);
    }

    [Fact]
    public void Json_IsTheOnlyLineOnStandardOutputAndHasAllFields()
    {
        CommandRun run = CommandRun.Of([.. Mlp, "--json", "--seed", "7", "--rho", "0.1", "--label-noise", "0.2", "--train-size", "200"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Single(run.Out.TrimEnd('\n').Split('\n'));
        Assert.Contains("epoch 3/3", run.Error);
        JsonElement json = run.Json;
        Assert.InRange(json.GetProperty("testAccuracy").GetDouble(), 0.5, 1);
        Assert.InRange(json.GetProperty("trainLoss").GetDouble(), 0.01, 3);
        Assert.InRange(json.GetProperty("sharpness").GetDouble(), 1e-6, 3);
        Assert.True(json.GetProperty("seconds").GetDouble() > 0);
        Assert.True(json.GetProperty("imagesPerSecond").GetDouble() > 0);
        Assert.Equal(0, json.GetProperty("allocatedBytesPerStep").GetDouble());
        Assert.True(json.GetProperty("peakWorkingSetBytes").GetInt64() > 1_000_000);
        Assert.Matches("^[0-9a-f]{64}$", json.GetProperty("weightsSha256").GetString());
        Assert.Equal("mlp", json.GetProperty("model").GetString());
        Assert.Equal("sam", json.GetProperty("optimizer").GetString());
        Assert.Equal(0.1, json.GetProperty("rho").GetDouble());
        Assert.Equal(7ul, json.GetProperty("seed").GetUInt64());
        Assert.Equal(1, json.GetProperty("threads").GetInt32());
        Assert.Equal(200, json.GetProperty("trainSize").GetInt32());
        Assert.Equal(0.2, json.GetProperty("labelNoise").GetDouble());
        Assert.Equal(535_818, json.GetProperty("parameters").GetInt32());
        Assert.Equal(3 * 7, json.GetProperty("steps").GetInt32());
        Assert.Equal(3, json.GetProperty("testAccuracyByEpoch").GetArrayLength());
        Assert.False(json.GetProperty("stopped").GetBoolean());
    }

    [Fact]
    public void SameSeed_GivesTheSameWeightsForAnyNumberOfThreads()
    {
        string one = Hash([.. Mlp, "--json"]);
        Assert.Equal(one, Hash([.. Mlp, "--json"]));
        Assert.Equal(one, Hash(["train", "--model", "mlp", "--batch", "32", "--epochs", "3", "--threads", "3", "--data", data.Path, "--json"]));
        Assert.NotEqual(one, Hash([.. Mlp, "--json", "--seed", "2"]));
    }

    [Fact]
    public void RhoZero_IsSgdToTheBit() =>
        Assert.Equal(Hash([.. Mlp, "--json", "--optimizer", "sgd"]), Hash([.. Mlp, "--json", "--rho", "0"]));

    [Fact]
    public void LeNet_IsTheDefaultModel()
    {
        using TemporaryFolder folder = new();
        SmallMnist.Write(folder.Path, trainCount: 6, testCount: 4);

        CommandRun run = CommandRun.Of("train", "--epochs", "1", "--batch", "2", "--data", folder.Path, "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("lenet", run.Json.GetProperty("model").GetString());
        Assert.Equal(857_738, run.Json.GetProperty("parameters").GetInt32());
    }

    [Fact]
    public void StopBeforeTheFirstStep_EndsWithASummary()
    {
        StopSignal stop = new();
        stop.Request();

        CommandRun run = CommandRun.Of(stop, [.. Mlp, "--json"]);

        Assert.Equal(130, run.ExitCode);
        Assert.Contains("Stopped after 0 of", run.Error);
        Assert.True(run.Json.GetProperty("stopped").GetBoolean());
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("trainLoss").ValueKind);
    }

    [Fact]
    public void Divergence_IsAnErrorInOneLine()
    {
        CommandRun run = CommandRun.Of([.. Mlp, "--json", "--lr", "1000", "--warmup", "0"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("sam: training diverged", run.Error);
        Assert.True(run.Json.GetProperty("diverged").GetBoolean());
    }

    [Theory]
    [InlineData("--rho", "-0.1")]
    [InlineData("--rho", "NaN")]
    [InlineData("--rho", "0,05")]
    [InlineData("--lr", "0")]
    [InlineData("--lr", "1e999")]
    [InlineData("--momentum", "1")]
    [InlineData("--weight-decay", "-1")]
    [InlineData("--epochs", "0")]
    [InlineData("--epochs", "1.5")]
    [InlineData("--batch", "0")]
    [InlineData("--batch", "99999999999999")]
    [InlineData("--seed", "-1")]
    [InlineData("--threads", "0")]
    [InlineData("--threads", "1025")]
    [InlineData("--label-noise", "1.01")]
    [InlineData("--train-size", "0")]
    [InlineData("--warmup", "1")]
    [InlineData("--model", "resnet")]
    [InlineData("--optimizer", "adam")]
    [InlineData("--schedule", "1")]
    public void BadValue_NamesOptionAndValue(string option, string value)
    {
        string line = CommandRun.Of("train", option, value).ErrorLine();
        Assert.Contains(option, line);
        Assert.Contains($"'{value}'", line);
    }

    [Fact]
    public void TrainSizeBeyondTheSet_NamesBoth()
    {
        string line = CommandRun.Of([.. Mlp, "--train-size", "301"]).ErrorLine();
        Assert.Contains("--train-size", line);
        Assert.Contains("301", line);
        Assert.Contains("300", line);
    }

    [Fact]
    public void MissingFolder_IsNamed() => Assert.Contains("'/no/such/folder'", CommandRun.Of("train", "--data", "/no/such/folder").ErrorLine());

    [Theory]
    [InlineData("train-images-idx3-ubyte.gz")]
    [InlineData("train-labels-idx1-ubyte.gz")]
    [InlineData("t10k-images-idx3-ubyte.gz")]
    [InlineData("t10k-labels-idx1-ubyte.gz")]
    public void MissingTruncatedAndCorruptFiles_AreNamedInOneLine(string name)
    {
        using TemporaryFolder folder = new();
        SmallMnist.Write(folder.Path, trainCount: 20, testCount: 20);
        string path = folder.File(name);
        byte[] whole = File.ReadAllBytes(path);

        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Assert.Contains(name, CommandRun.Of("train", "--data", folder.Path).ErrorLine());

        whole[whole.Length / 2] ^= 0xff;
        File.WriteAllBytes(path, whole);
        Assert.Contains(name, CommandRun.Of("train", "--data", folder.Path).ErrorLine());

        File.Delete(path);
        Assert.Contains(name, CommandRun.Of("train", "--data", folder.Path).ErrorLine());
    }

    private static string Hash(string[] args) => CommandRun.Of(args).Json.GetProperty("weightsSha256").GetString()!;
}
