namespace Sam.Native.Tests.Checkpoints;

/// <summary>A file that tests/golden/format/write.py made by the format's description, without this library.</summary>
public sealed class FormatFixtureTests
{
    private static readonly string s_path = Golden.Path("format/types.safetensors");

    [Fact]
    public void EveryTypeAndName_IsReadAsItWasWritten()
    {
        using SafeTensorsFile file = SafeTensorsFile.Open(s_path);
        Assert.Equal(21, file.Tensors.Length);
        foreach (SafeTensorType type in Enum.GetValues<SafeTensorType>().Where(static t => t != SafeTensorType.Unknown))
        {
            Assert.Equal(type, file["type." + type.FileName()].Type);
        }

        Assert.Equal([1, 0], file.Read<byte>("type.BOOL"));
        Assert.Equal([0, 255], file.Read<byte>("type.U8"));
        Assert.Equal([sbyte.MinValue, sbyte.MaxValue], file.Read<sbyte>("type.I8"));
        Assert.Equal([short.MinValue, short.MaxValue], file.Read<short>("type.I16"));
        Assert.Equal([0, ushort.MaxValue], file.Read<ushort>("type.U16"));
        Assert.Equal([(Half)1.5, (Half)(-0.000030517578125)], file.Read<Half>("type.F16"));
        Assert.Equal([1.5f, -0.0078125f], file.ReadSingles("type.BF16"));
        Assert.Equal([int.MinValue, int.MaxValue], file.Read<int>("type.I32"));
        Assert.Equal([0, uint.MaxValue], file.Read<uint>("type.U32"));
        Assert.Equal([0.1f, -float.Epsilon], file.Read<float>("type.F32"));
        Assert.Equal([0.1, -double.Epsilon], file.Read<double>("type.F64"));
        Assert.Equal([long.MinValue, long.MaxValue], file.Read<long>("type.I64"));
        Assert.Equal([0, ulong.MaxValue], file.Read<ulong>("type.U64"));
        Assert.Equal([1f, 2f], file.ReadSingles("größe"));
        Assert.Equal([3f], file.ReadSingles("\uff5e"));
        Assert.Equal([4f], file.ReadSingles("\U0001d6fc"));
        Assert.Equal([5f], file.ReadSingles("a \"b\" \\ \t\u0001\u007f/"));
        Assert.Equal([3L, 0L], file["empty"].Dimensions);
        Assert.Empty(file.ReadSingles("empty"));
        Assert.Empty(file["scalar"].Dimensions);
        Assert.Equal([-1L], file.Read<long>("scalar"));
    }

    [Fact]
    public void TheSameTensorsInAnyOrder_AreWrittenWithTheSameBytes()
    {
        using TemporaryFolder folder = new();
        using SafeTensorsFile file = SafeTensorsFile.Open(s_path);
        SafeTensorsWriter writer = new();
        foreach (SafeTensor tensor in file.Tensors.OrderBy(static t => t.ByteCount).ThenByDescending(static t => t.Name, StringComparer.Ordinal))
        {
            writer.Add(tensor.Name, tensor.Type, tensor.Dimensions.AsSpan(), (offset, destination) => file.Read(tensor, offset, destination));
        }

        writer.Save(folder.File("types.safetensors"));
        Assert.Equal(File.ReadAllBytes(s_path), File.ReadAllBytes(folder.File("types.safetensors")));
    }
}
