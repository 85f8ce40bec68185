using Sam.Cli.Data;

namespace Sam.Cli.Tests.Data;

public sealed class IdxReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("labels")]
    [InlineData("labels.gz")]
    public void ValidFile_IsReadWhole(string name)
    {
        byte[] content = Idx.Labels(3, 1, 4, 1, 5);
        string path = Write(name, name.EndsWith(".gz") ? Idx.Gzip(content) : content);

        IdxArray array = IdxReader.Read(path, 1);

        Assert.Equal([5], array.Sizes);
        Assert.Equal([3, 1, 4, 1, 5], array.Values);
    }

    [Fact]
    public void ImagesOfThreeDimensions_KeepTheirSizes() =>
        Assert.Equal([2, 28, 28], IdxReader.Read(Write("images.gz", Idx.Gzip(Idx.Images(2))), 3).Sizes);

    [Fact]
    public void MissingFile_IsNamed() => Fails(_folder.File("none.gz"), "none.gz", "no such file");

    [Fact]
    public void MissingFolder_IsNamed() => Fails(Path.Combine(_folder.Path, "no", "file.gz"), "file.gz", "no such file");

    [Fact]
    public void EmptyFile_IsTruncated()
    {
        Fails(Write("empty.gz", []), "truncated", "0");
        Fails(Write("empty", []), "truncated", "8 bytes", "has 0");
    }

    [Fact]
    public void FileThatIsNoGzip_ShowsItsFirstBytes() => Fails(Write("text.gz", "<html>not found</html>"u8.ToArray()), "no gzip file", "0x3c68", "0x1f8b");

    [Fact]
    public void WrongMagicNumber_ShowsBoth() => Fails(Write("images.gz", Idx.Gzip(Idx.Images(1))), "0x00000803", "0x00000801");

    [Fact]
    public void GzipCutAnywhere_IsAnError()
    {
        byte[] labels = new byte[1000];
        new Random(7).NextBytes(labels);
        byte[] whole = Idx.Gzip(Idx.Labels(labels));
        for (int length = 0; length < whole.Length; length += Math.Max(1, length < whole.Length - 30 ? 37 : 1))
        {
            CommandException error = Assert.Throws<CommandException>(() => IdxReader.Read(Write("cut.gz", whole[..length]), 1));
            Assert.Contains("cut.gz", error.Message);
        }
    }

    [Fact]
    public void TruncatedGzip_ShowsExpectedAndActualLength()
    {
        byte[] whole = Idx.Gzip(Idx.Images(50));
        Fails(Write("images.gz", Idx.Gzip(Idx.Images(50)[..5016])), 3, "truncated", "announces 39216", "has 5016");
        Assert.Throws<CommandException>(() => IdxReader.Read(Write("images.gz", whole[..(whole.Length / 2)]), 3));
    }

    [Fact]
    public void TruncatedPlainFile_ShowsExpectedAndActualLength() => Fails(Write("labels", Idx.Labels(1, 2, 3, 4)[..10]), "truncated", "announces 12", "has 10");

    [Fact]
    public void TrailingBytes_AreAnError()
    {
        byte[] longer = [.. Idx.Labels(1, 2, 3), 0];
        Fails(Write("labels", longer), "too long", "announces 11", "has 12");
        Fails(Write("labels.gz", Idx.Gzip(longer)), "too long", "announces 11", "has 12");
    }

    [Fact]
    public void EveryFlippedByteOfTheCompressedContent_IsNoticed()
    {
        byte[] labels = new byte[200];
        new Random(8).NextBytes(labels);
        byte[] whole = Idx.Gzip(Idx.Labels(labels));

        // Bytes 3 to 9 of a gzip file are flags, time and system: some of them mean nothing.
        for (int i = 10; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0x10;
            Assert.Throws<CommandException>(() => IdxReader.Read(Write("damaged.gz", damaged), 1));
        }
    }

    [Fact]
    public void AbsurdSizes_AreRefusedBeforeMemoryIsTaken()
    {
        Fails(Write("labels", Idx.Bytes(Idx.LabelsMagic, [-1], [])), "4294967295");
        Fails(Write("labels", Idx.Bytes(Idx.LabelsMagic, [0], [])), "size of 0");
        Fails(Write("labels", Idx.Bytes(Idx.LabelsMagic, [2_000_000_000], [1])), "announces 2000000008", "has 9");
        Fails(Write("images", Idx.Bytes(Idx.ImagesMagic, [100_000, 100_000, 100_000], [1])), 3, "100000");
    }

    private static void Fails(string path, params string[] parts) => Fails(path, 1, parts);

    private static void Fails(string path, int dimensions, params string[] parts)
    {
        CommandException error = Assert.Throws<CommandException>(() => IdxReader.Read(path, dimensions));
        Assert.StartsWith(path, error.Message);
        Assert.All(parts, part => Assert.Contains(part, error.Message));
    }

    private string Write(string name, byte[] bytes)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
