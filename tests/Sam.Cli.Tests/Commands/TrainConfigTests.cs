using System.Text.Json;

namespace Sam.Cli.Tests.Commands;

public sealed class TrainConfigTests(SmallMnistFixture data) : IClassFixture<SmallMnistFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Config => _folder.File("run.json");

    private string[] Tiny => ["train", "--model", "mlp", "--train-size", "64", "--epochs", "1", "--data", data.Path];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFile_SaysWhatOptionsSay()
    {
        Write("""
            {
                // Comments and a last comma are fine.
                "sam": "gsam", "base": "adamw", "lr": 2e-3, "betas": [0.8, 0.99], "p": "inf", "rho": 1e-3, "m": 8, "batch": 16,
                "schedule": "multistep", "lr-epochs": [1, 2], "seed": 5, "threads": 1, "json": true, "resume": false,
            }
            """);
        CommandRun file = CommandRun.Of([.. Tiny, "--config", Config]);
        CommandRun line = CommandRun.Of([
            .. Tiny, "--sam", "gsam", "--base", "adamw", "--lr", "2e-3", "--betas", "0.8,0.99", "--p", "inf", "--rho", "1e-3", "--m", "8",
            "--batch", "16", "--schedule", "multistep", "--lr-epochs", "1,2", "--seed", "5", "--threads", "1", "--json"]);

        Assert.Equal("", string.Join('\n', file.Error.Split('\n').Where(static text => text.StartsWith("sam: "))));
        Assert.Equal(Hash(line), Hash(file));
        Assert.Equal(16, file.Json.GetProperty("batch").GetInt32());
    }

    [Fact]
    public void TheCommandLine_Wins()
    {
        Write("""{ "sam": "gsam", "alpha": 0.3, "batch": 16, "rho": 0.2, "p": 3, "json": true }""");
        JsonElement json = CommandRun.Of([.. Tiny, "--config", Config, "--optimizer", "sgd", "--batch", "8"]).Json;
        Assert.Equal("none", json.GetProperty("sam").GetString());
        Assert.Equal(8, json.GetProperty("batch").GetInt32());
        Assert.Equal(0.2, json.GetProperty("rho").GetDouble());

        Write("""{ "optimizer": "sgd", "json": true }""");
        Assert.Equal("asam", CommandRun.Of([.. Tiny, "--config", Config, "--sam", "asam"]).Json.GetProperty("sam").GetString());
    }

    [Theory]
    [InlineData("unknown key 'roh'; did you mean 'rho'?", """{ "roh": 0.1 }""")]
    [InlineData("unknown key '--rho'", """{ "--rho": 0.1 }""")]
    [InlineData("unknown key 'config'", """{ "config": "other.json" }""")]
    [InlineData("unknown key 'help'", """{ "help": true }""")]
    [InlineData("'rho' takes a number, not \"0.1\"", """{ "rho": "0.1" }""")]
    [InlineData("'epochs' takes a number, not [3]", """{ "epochs": [3] }""")]
    [InlineData("'json' takes true or false, not \"yes\"", """{ "json": "yes" }""")]
    [InlineData("'sam' takes a string, not 1", """{ "sam": 1 }""")]
    [InlineData("'sam' takes a string, not null", """{ "sam": null }""")]
    [InlineData("'betas' takes an array of numbers, not \"0.9,0.99\"", """{ "base": "adam", "betas": "0.9,0.99" }""")]
    [InlineData("'p' takes a number or \"inf\", not true", """{ "p": true }""")]
    [InlineData("--rho takes a number from 0 to 1000, not '-1'", """{ "rho": -1 }""")]
    [InlineData("--batch takes a whole number", """{ "batch": 1.5 }""")]
    [InlineData("not 'sham'", """{ "sam": "sham" }""")]
    [InlineData("--p takes", """{ "p": "Infinity" }""")]
    [InlineData("--alpha has no effect", """{ "alpha": 0.5 }""")]
    [InlineData("no JSON object", """[1, 2]""")]
    [InlineData("line 2", "{ \"rho\": 0.1\n \"sam\": \"sam\" }")]
    [InlineData("no JSON object", "")]
    [InlineData("not null", "null")]
    [InlineData("each once in line 1", """{ "rho": 0.1, "rho": 0.2 }""")]
    public void AMistake_IsNamedInOneLine(string expected, string text)
    {
        Write(text);
        string line = CommandRun.Of([.. Tiny, "--config", Config]).ErrorLine();
        Assert.Contains(expected, line);
    }

    [Fact]
    public void AFileThatIsNotThere_IsNamed() =>
        Assert.Contains("/no/such/run.json", CommandRun.Of("train", "--config", "/no/such/run.json").ErrorLine());

    [Fact]
    public void AFolder_IsNamed() => Assert.Contains(_folder.Path, CommandRun.Of("train", "--config", _folder.Path).ErrorLine());

    private static string Hash(CommandRun run) => run.Json.GetProperty("weightsSha256").GetString()!;

    private void Write(string text) => File.WriteAllText(Config, text);
}
