using System.Text.Json;

namespace Sam.Cli.Tests.Commands;

public sealed class TrainFamilyTests(SmallMnistFixture data) : IClassFixture<SmallMnistFixture>
{
    private string[] Tiny =>
        ["train", "--model", "mlp", "--batch", "16", "--epochs", "1", "--train-size", "64", "--threads", "1", "--data", data.Path, "--json"];

    public static TheoryData<string> Sams => ["sam", "asam", "gsam", "wsam", "looksam", "fsam", "msam", "esam", "usam", "random", "none"];

    public static TheoryData<string> Bases =>
        ["sgd", "adam", "adamw", "nadam", "radam", "adamax", "rmsprop", "adagrad", "adadelta", "lion", "lamb", "lars", "adafactor"];

    public static TheoryData<string> Schedules =>
        ["constant", "cosine", "restarts", "linear", "polynomial", "exponential", "step", "multistep", "onecycle"];

    [Theory]
    [MemberData(nameof(Sams))]
    public void EachSam_Trains(string sam)
    {
        JsonElement json = Succeed("--sam", sam);
        Assert.Equal(sam, json.GetProperty("sam").GetString());
        Assert.Equal(sam == "none" ? "sgd" : sam, json.GetProperty("optimizer").GetString());
    }

    [Theory]
    [MemberData(nameof(Bases))]
    public void EachBase_Trains(string name) => Assert.Equal(name, Succeed("--base", name).GetProperty("base").GetString());

    [Theory]
    [MemberData(nameof(Schedules))]
    public void EachSchedule_Trains(string name) => Assert.Equal(name, Succeed("--schedule", name).GetProperty("schedule").GetString());

    [Fact]
    public void EachSam_GivesWeightsOfItsOwn()
    {
        string[] names = [.. Sams.Select(static row => row.Data)];
        string[] hashes = [.. names.Select(name => Hash(["--sam", name]))];
        Assert.Equal(names.Length, hashes.Distinct().Count());
    }

    [Theory]
    [InlineData("--p", "1")]
    [InlineData("--p", "3.5")]
    [InlineData("--p", "inf")]
    [InlineData("--p", "INF")]
    [InlineData("--m", "4")]
    [InlineData("--m", "5")]
    [InlineData("--interval", "3")]
    [InlineData("--inner-steps", "2")]
    [InlineData("--rho-end", "0.01")]
    [InlineData("--lr-end", "0.01")]
    public void EachNumber_ChangesTheWeights(string option, string value) => Assert.NotEqual(Hash([]), Hash([option, value]));

    [Fact]
    public void TheBall_IsInTheJson()
    {
        JsonElement json = Succeed("--p", "inf", "--m", "8", "--rho", "0.001");
        Assert.Equal("inf", json.GetProperty("p").GetString());
        Assert.Equal(8, json.GetProperty("m").GetInt32());
        Assert.Equal(0.05, json.GetProperty("sharpnessRho").GetDouble());
    }

    [Fact]
    public void Optimizer_IsShortForSamAndBase()
    {
        Assert.Equal(Hash(["--optimizer", "sam"]), Hash(["--sam", "sam", "--base", "sgd"]));
        Assert.Equal(Hash(["--optimizer", "sgd"]), Hash(["--sam", "none", "--base", "sgd"]));
    }

    [Fact]
    public void RhoZero_IsTheBaseOptimizerToTheBit() =>
        Assert.Equal(Hash(["--sam", "none", "--base", "adamw"]), Hash(["--base", "adamw", "--rho", "0"]));

    [Theory]
    [InlineData("--sam", "sham")]
    [InlineData("--sam", "0")]
    [InlineData("--base", "shampoo")]
    [InlineData("--schedule", "cos")]
    [InlineData("--p", "0.5")]
    [InlineData("--p", "infinite")]
    [InlineData("--p", "NaN")]
    [InlineData("--m", "0")]
    [InlineData("--m", "65")]
    [InlineData("--interval", "0")]
    [InlineData("--inner-steps", "101")]
    [InlineData("--alpha", "-1")]
    [InlineData("--gamma", "1")]
    [InlineData("--betas", "0.9")]
    [InlineData("--betas", "0.9,1")]
    [InlineData("--betas", "0.9,0.99999999999")]
    [InlineData("--weight-fraction", "0")]
    [InlineData("--lr-factor", "0")]
    [InlineData("--lr-epochs", "3,2")]
    [InlineData("--lr-epochs", "1.5")]
    public void BadValue_NamesOptionAndValue(string option, string value)
    {
        string line = CommandRun.Of("train", option, value).ErrorLine();
        Assert.Contains(option, line);
        Assert.Contains(value, line);
    }

    [Theory]
    [InlineData("--alpha has no effect with --sam sam", "--alpha", "0.5")]
    [InlineData("--momentum has no effect with --base adam; --betas", "--base", "adam", "--momentum", "0.9")]
    [InlineData("--betas has no effect with --base sgd; it has --momentum", "--betas", "0.9,0.99")]
    [InlineData("--lr-epochs has no effect with --schedule cosine", "--lr-epochs", "2")]
    [InlineData("--lr-epochs takes one number", "--schedule", "step", "--lr-epochs", "2,3")]
    [InlineData("--optimizer is short", "--optimizer", "sam", "--base", "adam")]
    [InlineData("--warmup", "--schedule", "onecycle", "--warmup", "0")]
    [InlineData("mlp has none", "--sam", "samon")]
    [InlineData("MSAM", "--sam", "msam", "--base", "adagrad")]
    public void OptionsThatDoNotGoTogether_AreNamed(string expected, params string[] options)
    {
        string line = CommandRun.Of([.. Tiny, .. options]).ErrorLine();
        Assert.Contains(expected, line);
        Assert.DoesNotContain("Parameter", line);
    }

    private string Hash(string[] options) => Succeed(options).GetProperty("weightsSha256").GetString()!;

    private JsonElement Succeed(params string[] options)
    {
        CommandRun run = CommandRun.Of([.. Tiny, .. options]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(JsonValueKind.Number, run.Json.GetProperty("trainLoss").ValueKind);
        return run.Json;
    }
}
