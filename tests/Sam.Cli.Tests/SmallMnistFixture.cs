namespace Sam.Cli.Tests;

/// <summary>One small data set for the tests of a class.</summary>
public sealed class SmallMnistFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallMnistFixture() => SmallMnist.Write(_folder.Path);

    public string Path => _folder.Path;

    public void Dispose() => _folder.Dispose();
}
