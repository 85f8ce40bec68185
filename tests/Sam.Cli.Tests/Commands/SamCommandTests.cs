namespace Sam.Cli.Tests.Commands;

public sealed class SamCommandTests
{
    [Theory]
    [InlineData()]
    [InlineData("--help")]
    public void Help_NamesTheCommandsAndExitCodes(params string[] args)
    {
        CommandRun run = CommandRun.Of(args);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("train", run.Out);
        Assert.Contains("compare", run.Out);
        Assert.Contains("130", run.Out);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("compare")]
    public void HelpOfACommand_SaysWhatEachOptionDoes(string command)
    {
        CommandRun run = CommandRun.Of(command, "--help");
        Assert.Equal(0, run.ExitCode);
        foreach (string line in run.Out.Split('\n').Where(static line => line.StartsWith("  --")))
        {
            Assert.Matches(@"^  --[a-z-]+( <[a-z0-9|]+>)? {2,}\S.{20,}", line);
            Assert.True(line.Contains("[default: ") || line.Contains("--json"), line);
        }
    }

    [Fact]
    public void HelpOfTrain_HasHeadings()
    {
        string help = CommandRun.Of("train", "--help").Out;
        string[] order =
            ["Options:", "--model", "Sharpness:", "--sam", "--m <", "Base optimizer:", "--base", "Learning rate over", "--schedule", "Files", "--config"];
        int[] places = [.. order.Select(text => help.IndexOf(text, StringComparison.Ordinal))];
        Assert.Equal(places.Order(), places);
        Assert.True(places[0] > 0, help);
    }

    [Fact]
    public void Version_IsANumber() => Assert.Matches(@"^\d+\.\d+\.\d+", CommandRun.Of("--version").Out);

    [Theory]
    [InlineData("unknown option '--epoch'; did you mean --epochs?", "train", "--epoch", "3")]
    [InlineData("unknown option '--frobnicate' (sam train --help", "train", "--frobnicate")]
    [InlineData("unknown command 'trian'; did you mean train?", "trian")]
    [InlineData("unknown argument 'mnist' (sam train --help", "train", "mnist")]
    [InlineData("--rho needs a value (sam train --help", "train", "--rho")]
    [InlineData("--rho takes one value, not 2", "train", "--rho", "1", "--rho", "2")]
    public void Mistakes_AreNamedInOneLine(string expected, params string[] args) => Assert.Contains(expected, CommandRun.Of(args).ErrorLine());
}
