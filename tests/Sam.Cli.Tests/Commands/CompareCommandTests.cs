using System.Text.Json;
using Sam.Cli.Training;

namespace Sam.Cli.Tests.Commands;

public sealed class CompareCommandTests(SmallMnistFixture data) : IClassFixture<SmallMnistFixture>, IDisposable
{
    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    private readonly TemporaryFolder _folder = new();

    private string Picture => _folder.File("curves.png");

    private string[] Small => ["compare", "--data", data.Path, "--train-size", "256", "--epochs", "2", "--threads", "1", "--output", Picture];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Comparison_PrintsATableAndDrawsAPicture()
    {
        CommandRun run = CommandRun.Of([.. Small, "--noise", "0,0.5", "--rho", "0.1"]);

        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("label noise 0 %  SGD", run.Out);
        Assert.Contains("label noise 50 %  SAM", run.Out);
        Assert.Contains("points)", run.Out);
        Assert.Contains(Picture, run.Out);
        Assert.DoesNotContain("\e", run.Out);
        Assert.Equal(PngSignature, File.ReadAllBytes(Picture)[..8]);
    }

    [Fact]
    public void Json_HasBothRunsOfEachLevel()
    {
        CommandRun run = CommandRun.Of([.. Small, "--noise", "0.4", "--json", "--seed", "3"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Single(run.Out.TrimEnd('\n').Split('\n'));
        JsonElement[] runs = [.. run.Json.GetProperty("runs").EnumerateArray()];
        Assert.Equal(["sgd", "sam"], runs.Select(static r => r.GetProperty("optimizer").GetString()));
        Assert.All(runs, static r =>
        {
            Assert.Equal(0.4, r.GetProperty("labelNoise").GetDouble());
            Assert.InRange(r.GetProperty("testAccuracy").GetDouble(), 0, 1);
            Assert.True(r.GetProperty("trainLoss").GetDouble() > 0);
            Assert.True(double.IsFinite(r.GetProperty("sharpness").GetDouble()));
            Assert.Equal(2, r.GetProperty("testAccuracyByEpoch").GetArrayLength());
        });
    }

    [Fact]
    public void RhoZero_MakesBothRunsTheSame()
    {
        JsonElement runs = CommandRun.Of([.. Small, "--noise", "0.4", "--json", "--rho", "0"]).Json.GetProperty("runs");
        Assert.Equal(runs[0].GetProperty("weightsSha256").GetString(), runs[1].GetProperty("weightsSha256").GetString());
    }

    [Fact]
    public void Stop_EndsWithoutAPicture()
    {
        StopSignal stop = new();
        stop.Request();
        Assert.Equal(130, CommandRun.Of(stop, Small).ExitCode);
        Assert.False(File.Exists(Picture));
    }

    [Theory]
    [InlineData("--noise", "0,2")]
    [InlineData("--noise", "0,,1")]
    [InlineData("--noise", "0.1,0.1")]
    [InlineData("--noise", "x")]
    [InlineData("--output", "picture.jpg")]
    [InlineData("--output", "/no/such/folder/picture.png")]
    [InlineData("--epochs", "0")]
    [InlineData("--rho", "-1")]
    public void BadValue_NamesTheOption(string option, string value) => Assert.Contains(option, CommandRun.Of("compare", option, value).ErrorLine());
}
