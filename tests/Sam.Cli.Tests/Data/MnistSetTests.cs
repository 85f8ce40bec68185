using Sam.Cli.Data;

namespace Sam.Cli.Tests.Data;

public sealed class MnistSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FilesThatFit_MakeASet()
    {
        MnistSet set = Read(Idx.Images(3), Idx.Labels(7, 0, 9));

        Assert.Equal(3, set.Count);
        Assert.Equal([7, 0, 9], set.Labels);
    }

    [Fact]
    public void DifferentCounts_AreNamed()
    {
        CommandException error = Assert.Throws<CommandException>(() => Read(Idx.Images(3), Idx.Labels(1, 2)));
        Assert.Contains("3 images", error.Message);
        Assert.Contains("2 labels", error.Message);
    }

    [Fact]
    public void LabelOutOfRange_IsNamedWithItsPlace()
    {
        CommandException error = Assert.Throws<CommandException>(() => Read(Idx.Images(3), Idx.Labels(1, 10, 2)));
        Assert.Contains("label 1 is 10", error.Message);
    }

    [Fact]
    public void ImagesOfAnotherSize_AreNamed()
    {
        CommandException error = Assert.Throws<CommandException>(() => Read(Idx.Images(1, side: 32), Idx.Labels(1)));
        Assert.Contains("28x28", error.Message);
        Assert.Contains("32x32", error.Message);
    }

    [Fact]
    public void TheRepositorysOwnFiles_AreMnist()
    {
        ImageSet test = MnistFolder.Find(null).ReadTestSet();

        Assert.Equal(10_000, test.Count);
        Assert.Equal([7, 2, 1, 0, 4], test.Labels[..5]);
    }

    private MnistSet Read(byte[] images, byte[] labels)
    {
        File.WriteAllBytes(_folder.File("images"), images);
        File.WriteAllBytes(_folder.File("labels"), labels);
        return MnistSet.Read(_folder.File("images"), _folder.File("labels"));
    }
}
