using System.Text.Json;
using Sam.Cli.Training;

namespace Sam.Cli.Tests.Commands;

public sealed class TrainStepTests(SmallMnistFixture data) : IClassFixture<SmallMnistFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string[] Tiny =>
        ["train", "--model", "mlp", "--batch", "16", "--train-size", "64", "--threads", "1", "--data", data.Path, "--json"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--clip-norm", "0.1")]
    [InlineData("--clip-value", "0.001")]
    [InlineData("--clip-value", "0.001", "--clip", "first")]
    [InlineData("--clip-value", "0.001", "--clip", "both")]
    [InlineData("--loss-decay", "0.01")]
    [InlineData("--micro-batch", "5")]
    [InlineData("--nesterov")]
    [InlineData("--no-decay")]
    [InlineData("--group", "*.bias:lr=0")]
    [InlineData("--group", "*.weight:decay=0.1")]
    [InlineData("--group", "fc1.*:rho=2")]
    [InlineData("--group", "fc1.*:frozen")]
    [InlineData("--group", "fc1.*:unperturbed")]
    public void EachOption_ChangesTheWeights(params string[] options) => Assert.NotEqual(Hash([]), Hash(options));

    [Fact]
    public void Amsgrad_ChangesTheWeightsOfAdam() => Assert.NotEqual(Hash("--base", "adam"), Hash("--base", "adam", "--amsgrad"));

    [Theory]
    [InlineData("sgd", "--dampening", "0.5")]
    [InlineData("sgd", "--decoupled", "--weight-decay", "0.1")]
    [InlineData("adam", "--epsilon", "0.01")]
    [InlineData("adamw", "--epsilon", "0.01")]
    [InlineData("nadam", "--epsilon", "0.01")]
    [InlineData("nadam", "--decoupled", "--weight-decay", "0.1")]
    [InlineData("radam", "--epsilon", "0.01", "--epochs", "3")]
    [InlineData("radam", "--decoupled", "--weight-decay", "0.1")]
    [InlineData("adamax", "--epsilon", "0.01")]
    [InlineData("adamax", "--decoupled", "--weight-decay", "0.1")]
    [InlineData("rmsprop", "--epsilon", "0.01")]
    [InlineData("rmsprop", "--square-decay", "0.5")]
    [InlineData("rmsprop", "--centered")]
    [InlineData("rmsprop", "--decoupled", "--weight-decay", "0.1")]
    [InlineData("adagrad", "--epsilon", "0.01")]
    [InlineData("adagrad", "--decoupled", "--weight-decay", "0.1")]
    [InlineData("adadelta", "--epsilon", "0.01")]
    [InlineData("adadelta", "--square-decay", "0.5")]
    [InlineData("adadelta", "--decoupled", "--weight-decay", "0.1")]
    [InlineData("lamb", "--epsilon", "0.01")]
    [InlineData("lars", "--epsilon", "0.01")]
    [InlineData("lars", "--trust", "0.01")]
    [InlineData("adafactor", "--epsilon", "0.1")]
    public void EachFormOfABase_ChangesItsWeights(string name, params string[] options)
    {
        int own = options[0] is "--decoupled" or "--centered" ? 1 : 2;
        string[] plain = ["--base", name, .. options[own..]];
        Assert.NotEqual(Hash(plain), Hash(["--base", name, .. options]));
    }

    [Theory]
    [InlineData("sgd", "--dampening", "0")]
    [InlineData("adam", "--epsilon", "1e-8")]
    [InlineData("rmsprop", "--square-decay", "0.99")]
    [InlineData("adadelta", "--square-decay", "0.9", "--epsilon", "1e-6")]
    [InlineData("adagrad", "--epsilon", "1e-10")]
    [InlineData("lamb", "--epsilon", "1e-6")]
    [InlineData("lars", "--trust", "0.001")]
    [InlineData("adafactor", "--epsilon", "1e-3")]
    public void TheDefaultsOfABase_AreWhatHelpSays(string name, params string[] options) =>
        Assert.Equal(Hash("--base", name), Hash(["--base", name, .. options]));

    [Fact]
    public void EachRhoSchedule_GoesItsOwnWay()
    {
        string[] hashes = [.. new[] { "proportional", "linear", "cosine", "polynomial" }.Select(name => Hash("--rho-end", "0.5", "--rho-schedule", name))];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(hashes[0], Hash("--rho-end", "0.5"));
        Assert.Equal(Hash("--sam", "none"), Hash("--sam", "none", "--rho-end", "0.5", "--rho-schedule", "linear"));
        Assert.NotEqual(hashes[1], Hash("--rho-end", "0.5", "--rho-schedule", "linear", "--rho-warmup", "3"));
    }

    [Fact]
    public void SubsetNorm_ChangesTheWeightsOfEsam() =>
        Assert.NotEqual(Hash("--sam", "esam"), Hash("--sam", "esam", "--subset-norm", "all"));

    [Theory]
    [InlineData("--ema", "0.9")]
    [InlineData("--swa", "2")]
    [InlineData("--swa", "1", "--swa-every", "2")]
    public void AnAverage_IsTestedAndLeavesTheTrainingAlone(params string[] options)
    {
        JsonElement json = Succeed(options);
        Assert.Equal(Hash([]), json.GetProperty("weightsSha256").GetString());
        Assert.Equal(options[0] == "--ema" ? 4 : options.Length > 2 ? 2 : 3, json.GetProperty("averagedSteps").GetInt32());
    }

    [Fact]
    public void AScaleThatIsAPowerOfTwo_ChangesNoBit()
    {
        JsonElement json = Succeed("--loss-scale", "1024", "--loss-scale-steps", "1");
        Assert.Equal(Hash([]), json.GetProperty("weightsSha256").GetString());
        Assert.Equal(0, json.GetProperty("skippedSteps").GetInt32());
    }

    [Fact]
    public void SettingsThatChangeNothing_GiveTheSameBits()
    {
        string plain = Hash([]);
        Assert.Equal(plain, Hash("--group", "*:lr=1,rho=1"));
        Assert.Equal(plain, Hash("--clip-norm", "1e20"));
        Assert.Equal(plain, Hash("--micro-batch", "16"));
    }

    [Theory]
    [InlineData("sam", "--scaling", "elementwise")]
    [InlineData("sam", "--scaling", "proportional")]
    [InlineData("sam", "--scaling", "layerwise")]
    [InlineData("asam", "--scaling", "layerwise", "--rho", "0.5")]
    [InlineData("asam", "--scale-all")]
    [InlineData("gsam", "--scaling", "proportional", "--eta", "0.1")]
    [InlineData("gsam", "--clean-loss")]
    [InlineData("wsam", "--coupled")]
    [InlineData("looksam", "--by-tensor")]
    [InlineData("fsam", "--average", "code")]
    [InlineData("sam", "--rho-warmup", "3")]
    public void AForm_ChangesTheWeights(string kind, params string[] form) => Assert.NotEqual(Hash("--sam", kind), Hash(["--sam", kind, .. form]));

    [Fact]
    public void TheScalingOfAsam_IsItsDefault() =>
        Assert.Equal(Hash("--sam", "asam"), Hash("--sam", "sam", "--rho", "0.5", "--scaling", "elementwise", "--eta", "0.01"));

    [Fact]
    public void TheFirstGroupThatFits_Counts() =>
        Assert.Equal(Hash("--group", "fc1.weight:frozen", "--group", "fc1.bias:lr=2"), Hash("--group", "fc1.weight:frozen", "--group", "fc1.*:lr=2"));

    [Fact]
    public void ASettingsFile_SaysTheSame()
    {
        string path = _folder.File("run.json");
        File.WriteAllText(path, """
            { "base": "adamw", "amsgrad": true, "clip-norm": 0.5, "clip": "both", "ema": 0.99, "no-decay": true, "loss-decay": 1e-4,
              "micro-batch": 8, "loss-scale": 1024, "loss-scale-steps": 2, "group": ["fc1.*:lr=0.5,rho=0.5", "fc2.*:frozen"] }
            """);
        string line = Hash(
            "--base", "adamw", "--amsgrad", "--clip-norm", "0.5", "--clip", "both", "--ema", "0.99", "--no-decay", "--loss-decay", "1e-4",
            "--micro-batch", "8", "--loss-scale", "1024", "--loss-scale-steps", "2", "--group", "fc1.*:lr=0.5,rho=0.5", "--group", "fc2.*:frozen");
        Assert.Equal(line, Hash("--config", path));
    }

    [Fact]
    public void AKilledRunWithAnAverage_GoesOnToTheSameWeights()
    {
        string[] options = ["--ema", "0.9", "--loss-scale", "64", "--loss-scale-steps", "2", "--group", "fc1.*:frozen", "--schedule", "constant", "--warmup", "0"];
        string checkpoint = _folder.File("run.safetensors");
        JsonElement whole = Succeed([.. options, "--epochs", "3"]);
        Succeed([.. options, "--epochs", "2", "--checkpoint", checkpoint]);
        JsonElement resumed = Succeed([.. options, "--epochs", "3", "--checkpoint", checkpoint, "--resume"]);
        Assert.Equal(whole.GetProperty("weightsSha256").GetString(), resumed.GetProperty("weightsSha256").GetString());
        Assert.Equal(whole.GetProperty("testAccuracy").GetDouble(), resumed.GetProperty("testAccuracy").GetDouble());
        Assert.Contains("--group", CommandRun.Of([.. Tiny, "--ema", "0.9", "--epochs", "3", "--checkpoint", checkpoint, "--resume",
            "--loss-scale", "64", "--loss-scale-steps", "2", "--schedule", "constant", "--warmup", "0"]).ErrorLine());
    }

    [Theory]
    [InlineData("--clip-norm", "0")]
    [InlineData("--clip-value", "-1")]
    [InlineData("--clip", "third")]
    [InlineData("--loss-decay", "-1")]
    [InlineData("--micro-batch", "0")]
    [InlineData("--micro-batch", "65")]
    [InlineData("--dampening", "1.5")]
    [InlineData("--epsilon", "0")]
    [InlineData("--square-decay", "1")]
    [InlineData("--trust", "0")]
    [InlineData("--rho-schedule", "exponential")]
    [InlineData("--ema", "1")]
    [InlineData("--ema", "0.99999999999")]
    [InlineData("--swa", "0")]
    [InlineData("--loss-scale", "0")]
    [InlineData("--group", "fc1.weight")]
    [InlineData("--group", ":frozen")]
    [InlineData("--group", "fc1.*:lr")]
    [InlineData("--group", "fc1.*:lr=-1")]
    [InlineData("--group", "fc1.*:frozen=1")]
    [InlineData("--group", "fc1.*:lr=1,lr=2")]
    [InlineData("--group", "fc1.*:speed=1")]
    public void BadValue_NamesOptionAndValue(string option, string value)
    {
        string line = CommandRun.Of("train", option, value).ErrorLine();
        Assert.Contains(option, line);
        Assert.Contains(value, line);
    }

    [Theory]
    [InlineData("--clip-norm and --clip-value exclude each other", "--clip-norm", "1", "--clip-value", "1")]
    [InlineData("--clip has no effect without --clip-norm or --clip-value", "--clip", "first")]
    [InlineData("--ema and --swa exclude each other", "--ema", "0.9", "--swa", "2")]
    [InlineData("--swa-every has no effect without --swa", "--swa-every", "2")]
    [InlineData("--loss-scale-steps has no effect without --loss-scale", "--loss-scale-steps", "2")]
    [InlineData("--m cuts the batch already", "--m", "4", "--micro-batch", "8")]
    [InlineData("MicroBatch", "--sam", "esam", "--micro-batch", "8")]
    [InlineData("--eta has no effect with --sam sam and --scaling none; it goes with asam", "--eta", "0.1")]
    [InlineData("--scale-all has no effect with --sam gsam and --scaling proportional", "--sam", "gsam", "--scaling", "proportional", "--scale-all")]
    [InlineData("--coupled has no effect with --sam gsam; it goes with wsam", "--sam", "gsam", "--coupled")]
    [InlineData("--average has no effect with --sam sam; it goes with fsam", "--average", "code")]
    [InlineData("--scaling has no effect with --sam none", "--sam", "none", "--scaling", "elementwise")]
    [InlineData("Layer-wise scaling is defined for p = 2", "--scaling", "layerwise", "--p", "3")]
    [InlineData("--nesterov has no effect with --base adam; it goes with sgd, and nadam", "--base", "adam", "--nesterov")]
    [InlineData("--dampening has no effect with --base lars; it goes with sgd", "--base", "lars", "--dampening", "0.5")]
    [InlineData("--epsilon has no effect with --base lion; it goes with adam or adamw", "--base", "lion", "--epsilon", "1e-6")]
    [InlineData("--square-decay has no effect with --base adam; it goes with rmsprop or adadelta; --betas", "--base", "adam", "--square-decay", "0.9")]
    [InlineData("--centered has no effect with --base adadelta; it goes with rmsprop", "--base", "adadelta", "--centered")]
    [InlineData("--trust has no effect with --base lamb; it goes with lars", "--base", "lamb", "--trust", "0.1")]
    [InlineData("--decoupled has no effect with --base adam; it goes with sgd", "--base", "adam", "--decoupled")]
    [InlineData("dampening of 0", "--nesterov", "--dampening", "0.5")]
    [InlineData("--rho-schedule has no effect without --rho-end", "--rho-schedule", "linear")]
    [InlineData("--amsgrad has no effect with --base sgd; it goes with adam or adamw", "--amsgrad")]
    [InlineData("--subset-norm has no effect with --sam sam; it goes with esam", "--subset-norm", "all")]
    [InlineData("Nesterov", "--nesterov", "--momentum", "0")]
    [InlineData("'fc9.*:frozen' has no parameter; there are fc1.weight", "--group", "fc9.*:frozen")]
    [InlineData("'fc1.bias:lr=2' has no parameter that a group before it has not", "--group", "fc1.*:frozen", "--group", "fc1.bias:lr=2")]
    [InlineData("--group takes PATTERN", "--group", "fc1.*:frozen", "--group", "fc1.bias")]
    [InlineData("Every parameter of the model is frozen", "--group", "*:frozen")]
    public void OptionsThatDoNotGoTogether_AreNamed(string expected, params string[] options)
    {
        string line = CommandRun.Of([.. Tiny, .. options]).ErrorLine();
        Assert.Contains(expected, line);
        Assert.DoesNotContain("Parameter ", line);
    }

    [Theory]
    [InlineData("'group' takes an array of strings, not [1]", """{ "group": [1] }""")]
    [InlineData("'group' takes an array of strings, not {}", """{ "group": {} }""")]
    [InlineData("'nesterov' takes true or false, not 1", """{ "nesterov": 1 }""")]
    [InlineData("--group takes PATTERN", """{ "group": "fc1.*" }""")]
    public void ABadSettingsFile_SaysWhatItTakes(string expected, string json)
    {
        string path = _folder.File("run.json");
        File.WriteAllText(path, json);
        Assert.Contains(expected, CommandRun.Of([.. Tiny, "--config", path]).ErrorLine());
    }

    [Fact]
    public void APatternMayHaveAColon() => Assert.True(GroupSettings.TryParse("a:b*:decay=0.5,unperturbed", out GroupSettings? group)
        && group is { Pattern: "a:b*", Decay: 0.5f, Unperturbed: true, Frozen: false, LearningRate: 1, Rho: 1 });

    private string Hash(params string[] options) => Succeed(options).GetProperty("weightsSha256").GetString()!;

    private JsonElement Succeed(params string[] options)
    {
        CommandRun run = CommandRun.Of([.. Tiny, .. options, .. options.Contains("--epochs") ? (string[])[] : ["--epochs", "1"]]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Json;
    }
}
