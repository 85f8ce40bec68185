using System.Text;

namespace Sam.Native.Tests.Checkpoints;

public sealed class SafeTensorsWriterTests
{
    public static TheoryData<string> GoldenNames => [.. Golden.Names()];

    [Fact]
    public void Bytes_AreThoseOfTheFormatsOwnLibrary()
    {
        // The library orders by type (larger elements first), then by name, and pads the header with spaces to a multiple of 8.
        using TemporaryFolder folder = new();
        string path = folder.File("a.safetensors");
        SafeTensorsWriter writer = new();
        writer.Add<float>("b", [], [1f]);
        writer.Add<float>("a.\"é", [1, 2], [2f, 3f]);
        writer.Add<long>("z", [1], [7L]);
        writer.AddMetadata("format", "pt");
        writer.AddMetadata("note", "\t\\");
        writer.Save(path);
        const string Header = "{\"__metadata__\":{\"format\":\"pt\",\"note\":\"\\t\\\\\"},"
            + "\"z\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"a.\\\"é\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[16,20]}}";
        byte[] text = Encoding.UTF8.GetBytes(Header);
        int padded = (text.Length + 7) / 8 * 8;
        byte[] expected =
        [
            .. BitConverter.GetBytes((long)padded), .. text, .. Enumerable.Repeat((byte)' ', padded - text.Length),
            .. BitConverter.GetBytes(7L), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f), .. BitConverter.GetBytes(1f),
        ];
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void FilesOfOthers_ReadAndWrittenInTheirOrder_KeepEveryByte(string name)
    {
        using TemporaryFolder folder = new();
        string path = folder.File(name);
        using SafeTensorsFile file = SafeTensorsFile.Open(Golden.Path(name));
        SafeTensorsWriter writer = new() { Sorted = false };
        foreach ((string key, string value) in file.Metadata)
        {
            writer.AddMetadata(key, value);
        }

        foreach (SafeTensor tensor in file.Tensors)
        {
            writer.Add(tensor.Name, tensor.Type, tensor.Dimensions.AsSpan(), (offset, destination) => file.Read(tensor, offset, destination));
        }

        writer.Save(path);
        Assert.Equal(File.ReadAllBytes(file.Path), File.ReadAllBytes(path));
    }

    [Fact]
    public void LargeTensors_AreAskedForInPieces_AndArriveWhole()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("large.safetensors");
        const int Count = 300_001;
        int pieces = 0;
        SafeTensorsWriter writer = new();
        writer.Add("v", SafeTensorType.Float32, [Count], (offset, destination) =>
        {
            pieces++;
            Assert.Equal(0, offset % 64);
            Span<float> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(destination);
            for (int i = 0; i < values.Length; i++) values[i] = (offset / 4) + i;
        });
        writer.Save(path);
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => (float)i), file.ReadSingles("v"));
        Assert.True(pieces > 1);
    }

    [Fact]
    public void UntilTheLastByteIsWritten_TheOldFileStands_AndAFailureLeavesIt()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.safetensors");
        SafeTensorsWriter first = new();
        first.Add<float>("v", [1], [1f]);
        first.Save(path);
        byte[] old = File.ReadAllBytes(path);
        SafeTensorsWriter second = new();
        second.Add("v", SafeTensorType.Float32, [400_000], (offset, _) =>
        {
            Assert.Equal(old, File.ReadAllBytes(path));
            Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
            if (offset > 0) throw new InvalidDataException("the source failed");
        });
        Assert.Throws<InvalidDataException>(() => second.Save(path));
        Assert.Equal(old, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void FolderThatIsNotThere_IsAnIOException()
    {
        using TemporaryFolder folder = new();
        Assert.ThrowsAny<IOException>(() => new SafeTensorsWriter().Save(folder.File("none/model.safetensors")));
    }

    [Fact]
    public void BadAdditions_AreRefused_AndChangeNothing()
    {
        using TemporaryFolder folder = new();
        SafeTensorsWriter writer = new();
        writer.Add<float>("v", [1], [1f]);
        writer.AddMetadata("k", "v");
        Assert.Throws<ArgumentException>(() => writer.Add<float>("v", [1], [1f]));
        Assert.Throws<ArgumentException>(() => writer.Add<float>("w", [2], [1f]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Add<float>("w", [-1], [1f]));
        Assert.Throws<ArgumentException>(() => writer.Add("w", SafeTensorType.UInt8, [long.MaxValue, 2], static (_, _) => { }));
        Assert.Throws<ArgumentException>(() => writer.Add<float>("__metadata__", [1], [1f]));
        Assert.Throws<ArgumentException>(() => writer.Add<float>("\ud800", [1], [1f]));
        Assert.Throws<ArgumentException>(() => writer.Add<char>("w", [1], ['c']));
        Assert.Throws<ArgumentException>(() => writer.AddMetadata("k", "v"));
        Assert.Throws<ArgumentNullException>(() => writer.AddMetadata("l", null!));
        writer.Save(folder.File("v.safetensors"));
        using SafeTensorsFile file = SafeTensorsFile.Open(folder.File("v.safetensors"));
        Assert.Single(file.Tensors);
    }

    [Fact]
    public void FileWithoutTensors_IsWrittenAndRead()
    {
        using TemporaryFolder folder = new();
        new SafeTensorsWriter().Save(folder.File("none.safetensors"));
        using SafeTensorsFile file = SafeTensorsFile.Open(folder.File("none.safetensors"));
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }
}
