using System.Text.Json;

namespace Sam.Cli.Tests.Commands;

public sealed class TrainCheckpointTests(SmallMnistFixture data) : IClassFixture<SmallMnistFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Checkpoint => _folder.File("run.safetensors");

    private string[] Open => [.. Tiny, "--schedule", "constant", "--warmup", "0"];

    private string[] Tiny =>
        ["train", "--model", "mlp", "--train-size", "100", "--batch", "16", "--threads", "1", "--data", data.Path, "--json"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sam", "sgd")]
    [InlineData("looksam", "adamw")]
    [InlineData("fsam", "lamb")]
    [InlineData("msam", "nadam")]
    [InlineData("esam", "rmsprop")]
    [InlineData("random", "lion")]
    [InlineData("none", "adam")]
    public void AResumedRun_HasTheWeightsOfAnUnbrokenOne(string sam, string name)
    {
        string[] kind = [.. Open, "--sam", sam, "--base", name];
        JsonElement whole = Run([.. kind, "--epochs", "3"]);
        Run([.. kind, "--epochs", "1", "--checkpoint", Checkpoint]);

        JsonElement resumed = Run([.. kind, "--epochs", "3", "--checkpoint", Checkpoint, "--resume"]);

        Assert.Equal(whole.GetProperty("weightsSha256").GetString(), resumed.GetProperty("weightsSha256").GetString());
        Assert.Equal(whole.GetProperty("testAccuracyByEpoch").ToString(), resumed.GetProperty("testAccuracyByEpoch").ToString());
        Assert.Equal(whole.GetProperty("sharpness").ToString(), resumed.GetProperty("sharpness").ToString());
        Assert.Equal(21, resumed.GetProperty("steps").GetInt32());
    }

    [Fact]
    public void AStoppedRun_GoesOnFromItsLastEpoch()
    {
        string[] args = [.. Tiny, "--epochs", "3", "--checkpoint", Checkpoint];
        Sam.Cli.Training.StopSignal stop = new();
        stop.Request();
        Assert.Equal(130, CommandRun.Of(stop, args).ExitCode);

        CommandRun resumed = CommandRun.Of([.. args, "--resume"]);

        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains("going on after epoch 0", resumed.Error);
        Assert.Equal(Hash(Run([.. Tiny, "--epochs", "3"])), Hash(resumed.Json));
    }

    [Fact]
    public void AFinishedRun_PrintsItsResultAgain()
    {
        string[] args = [.. Tiny, "--epochs", "2", "--checkpoint", Checkpoint];
        JsonElement first = Run(args);
        JsonElement again = Run([.. args, "--resume"]);
        Assert.Equal(Hash(first), Hash(again));
        Assert.Equal(first.GetProperty("testAccuracy").GetDouble(), again.GetProperty("testAccuracy").GetDouble());
        Assert.Equal(first.GetProperty("trainLoss").GetDouble(), again.GetProperty("trainLoss").GetDouble());
    }

    [Fact]
    public void Checkpointing_ChangesNothing() => Assert.Equal(Hash(Run(Tiny)), Hash(Run([.. Tiny, "--checkpoint", Checkpoint])));

    [Theory]
    [InlineData("--rho", "0.1")]
    [InlineData("--seed", "2")]
    [InlineData("--batch", "8")]
    [InlineData("--base", "adam")]
    [InlineData("--sam", "gsam")]
    [InlineData("--p", "3")]
    [InlineData("--label-noise", "0.5")]
    [InlineData("--train-size", "99")]
    [InlineData("--lr", "0.1")]
    [InlineData("--dampening", "0.5")]
    [InlineData("--epochs", "3")]
    public void OtherSettings_AreNamed(string option, string value)
    {
        string[] args = [.. Tiny, "--epochs", "2", "--checkpoint", Checkpoint];
        Run(args);
        byte[] before = File.ReadAllBytes(Checkpoint);
        for (int i = 1; i < args.Length - 1; i++)
        {
            args[i + 1] = args[i] == option ? value : args[i + 1];
        }

        string line = CommandRun.Of([.. args, "--resume", .. args.Contains(option) ? Array.Empty<string>() : [option, value]]).ErrorLine();

        Assert.Contains(option, line);
        Assert.Contains(value, line);
        Assert.Equal(before, File.ReadAllBytes(Checkpoint));
    }

    [Fact]
    public void ARadiusThatGoesByTheRun_GoesOnWhereItWas()
    {
        string[] args = [.. Open, "--rho-end", "0.5", "--rho-schedule", "cosine"];
        JsonElement whole = Run([.. args, "--epochs", "2"]);
        Run([.. args, "--epochs", "1", "--checkpoint", Checkpoint]);
        Assert.Contains("its radii", CommandRun.Of([.. args, "--epochs", "2", "--checkpoint", Checkpoint, "--resume"]).ErrorLine());
        File.Delete(Checkpoint);
        JsonElement kept = Run([.. args, "--epochs", "2", "--checkpoint", Checkpoint]);
        Assert.Equal(Hash(whole), Hash(kept));
        Assert.Equal(Hash(whole), Hash(Run([.. args, "--epochs", "2", "--checkpoint", Checkpoint, "--resume"])));
    }

    [Fact]
    public void ResumeWithoutAFile_IsNamed()
    {
        Assert.Contains("--checkpoint", CommandRun.Of([.. Tiny, "--resume"]).ErrorLine());
        Assert.Contains(Checkpoint, CommandRun.Of([.. Tiny, "--resume", "--checkpoint", Checkpoint]).ErrorLine());
        Assert.Contains("no folder", CommandRun.Of([.. Tiny, "--checkpoint", _folder.File("none/run.safetensors")]).ErrorLine());
        Assert.Contains("is a folder", CommandRun.Of([.. Tiny, "--checkpoint", _folder.Path]).ErrorLine());
    }

    [Fact]
    public void ABrokenFile_IsNamed()
    {
        Run([.. Tiny, "--checkpoint", Checkpoint]);
        byte[] whole = File.ReadAllBytes(Checkpoint);
        File.WriteAllBytes(Checkpoint, whole[..(whole.Length / 2)]);
        Assert.Contains(Checkpoint, CommandRun.Of([.. Tiny, "--checkpoint", Checkpoint, "--resume"]).ErrorLine());
    }

    private static string Hash(JsonElement json) => json.GetProperty("weightsSha256").GetString()!;

    private static JsonElement Run(string[] args)
    {
        CommandRun run = CommandRun.Of(args);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Json;
    }
}
