using System.Buffers.Binary;
using System.Text;
using CsCheck;

namespace Sam.Native.Tests.Checkpoints;

public sealed class SafeTensorsFileTests
{
    private const string Entry = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    public static TheoryData<string, int, string> BadHeaders => new()
    {
        { "[]", 0, "begins with '{'" },
        { " {}", 0, "begins with '{'" },
        { "{", 0, "not the JSON" },
        { "{}x", 0, "not the JSON" },
        { "{} {}", 0, "not the JSON" },
        { "{" + Entry + "," + Entry + "}", 8, "occurs again" },
        { "{\"\\u0061\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}," + Entry.Replace("0,8", "1,9", StringComparison.Ordinal) + "}", 9, "occurs again" },
        { "{\"a\":1}", 0, "an object" },
        { "{\"a\":null}", 0, "an object" },
        { "{\"a\":{}}", 0, "dtype is missing" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "data_offsets is missing" },
        { "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "shape is missing" },
        { "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "'dtype' again" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":" + new string('[', 20) + new string(']', 20) + "}}", 8, "not the JSON" },
        { "{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,9]}}", 8, "[0, 9]" },
        { "{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,7]}}", 8, "8 bytes after the header" },
        { "{\"a\":{\"dtype\":\"F33\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}", 8, "more elements" },
        { "{\"a\":{\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "a string for dtype" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", 8, "an array for shape" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[[2]],\"data_offsets\":[0,8]}}", 8, "whole numbers" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "whole numbers" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, "whole numbers" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2e0],\"data_offsets\":[0,8]}}", 8, "whole numbers" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}", 8, "whole numbers" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,8]}}", 8, "whole numbers" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807],\"data_offsets\":[0,8]}}", 8, "more elements" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}", 8, "more elements" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483648,2147483648,4],\"data_offsets\":[0,8]}}", 8, "more elements" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "are 12 bytes" },
        { "{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "are 16 bytes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", 8, "two numbers" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "[8, 0]" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 8, "[4, 12]" },
        { "{" + Entry + "}", 7, "[0, 8]" },
        { "{" + Entry + "}", 9, "9 bytes after the header" },
        { "{" + Entry + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "overlaps" },
        { "{" + Entry + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}", 16, "hole" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "hole" },
        { "{}", 1, "1 bytes after the header" },
        { "{\"__metadata__\":[]}", 0, "an object" },
        { "{\"__metadata__\":{\"k\":1}}", 0, "a string for every key" },
        { "{\"__metadata__\":{\"k\":{}}}", 0, "a string for every key" },
        { "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "occurs again" },
        { "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "occurs again" },
        { "{\"\\ud800\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1, "not the JSON" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},}", 8, "not the JSON" },
        { "{/**/" + Entry + "}", 8, "not the JSON" },
        { "{\"a\":" + new string('[', 100_000) + "}", 0, "an object" },
        { "{\"a\":{\"dtype\":" + new string('{', 100_000) + "}", 0, "" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void BadHeader_IsRefused_WithTheReason(string header, int dataByteCount, string reason)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("bad.safetensors");
        File.WriteAllBytes(path, Compose(Encoding.UTF8.GetBytes(header), dataByteCount));
        SafeTensorsException exception = Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Open(path));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
        Assert.Equal(path, exception.FileName);
        Assert.True(exception.Message.Length < path.Length + 600, "A message does not repeat a hostile header.");
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(3UL)]
    [InlineData(100_000_001UL)]
    [InlineData(0x7FFF_FFFF_FFFF_FFFFUL)]
    [InlineData(0x8000_0000_0000_0000UL)]
    [InlineData(ulong.MaxValue)]
    public void HeaderLength_BeyondTheFile_OrZero_IsRefused(ulong length)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("bad.safetensors");
        byte[] bytes = Compose("{}"u8.ToArray(), 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(path, bytes);
        Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Open(path));
    }

    [Fact]
    public void HeaderThatIsNotUtf8_IsRefused()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("bad.safetensors");
        File.WriteAllBytes(path, Compose([(byte)'{', (byte)'"', 0xC0, 0x80, (byte)'"', (byte)':', (byte)'{', (byte)'}', (byte)'}'], 0));
        Assert.Contains("UTF-8", Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryTruncation_OfAGoodFile_IsRefused()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("short.safetensors");
        byte[] whole = Compose(Encoding.UTF8.GetBytes("{" + Entry + "}"), 8);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<SafeTensorsException>(() => SafeTensorsFile.Open(path));
        }

        File.WriteAllBytes(path, whole);
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        Assert.Equal(2, file["a"].Count);
    }

    [Fact]
    public void EmptyTensors_AndScalars_AreRead()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("empty.safetensors");
        const string Header = "{\"e\":{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807],\"data_offsets\":[4,4]},"
            + "\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}  ";
        File.WriteAllBytes(path, Compose(Encoding.UTF8.GetBytes(Header), 4));
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        Assert.Empty(file.ReadSingles("e"));
        Assert.Single(file.ReadSingles("s"));
        Assert.True(file["s"].HasShape(default));
    }

    [Fact]
    public void TypesThatAreNotKnown_AreRangesOfBytes()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("young.safetensors");
        const string Header = "{\"a\":{\"dtype\":\"F4\",\"shape\":[3,2],\"data_offsets\":[0,3]},\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]}}";
        byte[] bytes = Compose(Encoding.UTF8.GetBytes(Header), 4);
        bytes[^4] = 1;
        bytes[^2] = 3;
        bytes[^1] = 4;
        File.WriteAllBytes(path, bytes);
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        SafeTensor tensor = file["a"];
        Assert.Equal((SafeTensorType.Unknown, "F4", 6L, 3L), (tensor.Type, tensor.TypeName, tensor.Count, tensor.ByteCount));
        Assert.Equal("a F4 3x2", tensor.ToString());
        Assert.Equal([1, 0, 3], file.Read<byte>("a"));
        Assert.Equal([4], file.Read<byte>("b"));
        Assert.Contains("F4 do not convert", Assert.Throws<SafeTensorsException>(() => file.ReadSingles("a")).Message, StringComparison.Ordinal);
        Assert.Throws<SafeTensorsException>(() => file.Read<short>("a"));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(tensor, 1, new byte[3].AsSpan()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SafeTensorsWriter().Add("a", SafeTensorType.Unknown, [1], static (_, _) => { }));
    }

    [Fact]
    public void FieldsBesideTheThree_ArePassedOver()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("more.safetensors");
        const string Header = "{\"a\":{\"note\":{\"x\":[1,{\"y\":null}]},\"dtype\":\"U8\",\"note\":\"dtype\",\"shape\":[2],\"data_offsets\":[0,2],\"z\":-1.5}}";
        File.WriteAllBytes(path, Compose(Encoding.UTF8.GetBytes(Header), 2));
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        Assert.Equal(2, Assert.Single(file.Tensors).Count);
    }

    [Fact]
    public void GoldenFiles_MadeByAnotherProgram_AreRead()
    {
        using SafeTensorsFile file = SafeTensorsFile.Open(Golden.Path("a_sam_sgd_resblock_bnboth.safetensors"));
        Assert.Equal([8L, 3, 3, 3], file["init.0.weight"].Dimensions);
        Assert.Equal(SafeTensorType.Int64, file["init.1.num_batches_tracked"].Type);
        Assert.Equal([0L], file.Read<long>("init.1.num_batches_tracked"));
        Assert.All(file.ReadSingles("final.0.weight").Zip(file.Read<double>("final64.0.weight")), static pair => Assert.Equal(pair.Second, pair.First, 1e-5));
        Assert.Contains("\"resblock\"", file.Metadata["case"], StringComparison.Ordinal);
    }

    [Fact]
    public void EveryType_ConvertsToFloat32()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("types.safetensors");
        SafeTensorsWriter writer = new();
        writer.Add<float>("f32", [3], [1.5f, float.NaN, -0f]);
        writer.Add<double>("f64", [3], [1.5, 0.1, 1e300]);
        writer.Add<Half>("f16", [3], [(Half)1.5, Half.MaxValue, Half.Epsilon]);
        writer.Add("bf16", SafeTensorType.BFloat16, [3], static (_, d) => new byte[] { 0xC0, 0x3F, 0x80, 0x7F, 0x01, 0x00 }.CopyTo(d));
        writer.Add<long>("i64", [2], [long.MaxValue, -3]);
        writer.Add<ulong>("u64", [2], [ulong.MaxValue, 3]);
        writer.Add<int>("i32", [2], [16777217, -3]);
        writer.Add<uint>("u32", [1], [uint.MaxValue]);
        writer.Add<short>("i16", [1], [-32768]);
        writer.Add<ushort>("u16", [1], [65535]);
        writer.Add<sbyte>("i8", [1], [-128]);
        writer.Add<byte>("u8", [1], [255]);
        writer.Add<bool>("bool", [2], [true, false]);
        writer.Save(path);
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        Assert.Equal([1.5f, float.NaN, -0f], file.ReadSingles("f32"));
        Assert.Equal([1.5f, 0.1f, float.PositiveInfinity], file.ReadSingles("f64"));
        Assert.Equal([1.5f, 65504f, 5.9604645e-8f], file.ReadSingles("f16"));
        Assert.Equal([1.5f, float.PositiveInfinity, BitConverter.UInt32BitsToSingle(0x10000)], file.ReadSingles("bf16"));
        Assert.Equal([9.223372e18f, -3], file.ReadSingles("i64"));
        Assert.Equal([1.8446744e19f, 3], file.ReadSingles("u64"));
        Assert.Equal([16777216f, -3], file.ReadSingles("i32"));
        Assert.Equal([4294967296f], file.ReadSingles("u32"));
        Assert.Equal([-32768f], file.ReadSingles("i16"));
        Assert.Equal([65535f], file.ReadSingles("u16"));
        Assert.Equal([-128f], file.ReadSingles("i8"));
        Assert.Equal([255f], file.ReadSingles("u8"));
        Assert.Equal([1f, 0f], file.ReadSingles("bool"));
        Assert.Equal([-32768], file.Read<short>("i16"));
    }

    [Fact]
    public void ReadingOutside_OrAsAnotherType_Throws()
    {
        using SafeTensorsFile file = SafeTensorsFile.Open(Golden.Path("a_sam_sgd_lnmlp.safetensors"));
        SafeTensor tensor = file["final.0.bias"];
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadSingles(tensor, 1, new float[tensor.Count]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadSingles(tensor, -1, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadSingles(tensor, long.MaxValue, new float[1]));
        Assert.Throws<SafeTensorsException>(() => file.Read<double>("final.0.bias"));
        Assert.Equal("none", Assert.Throws<SafeTensorsException>(() => file.ReadSingles("none")).TensorName);
        using SafeTensorsFile other = SafeTensorsFile.Open(file.Path);
        Assert.Throws<ArgumentException>(() => other.ReadSingles(tensor, 0, new float[1]));
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadSingles("final.0.bias"));
    }

    [Fact]
    public void RandomlyDamagedFiles_GiveTheDocumentedException_OrAConsistentFile()
    {
        using TemporaryFolder folder = new();
        const string Header = "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
            + "\"b\\n\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[8,16]},\"c\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[16,22]}} ";
        byte[] good = Compose(Encoding.UTF8.GetBytes(Header), 22);
        const string Alphabet = "{}[]\",:0123456789-+.eE\\u F32I64BF16\0\x7f";
        Gen<(int Place, int Kind, char Value)[]> damages = Gen.Select(Gen.Int[0, good.Length - 1], Gen.Int[0, 3], Gen.OneOfConst(Alphabet.ToCharArray()),
            static (place, kind, value) => (place, kind, value)).Array[1, 4];
        damages.Sample(
            changes =>
            {
                List<byte> bytes = [.. good];
                foreach ((int place, int kind, char value) in changes)
                {
                    int at = Math.Min(place, bytes.Count - 1);
                    switch (kind)
                    {
                        case 0: bytes[at] = (byte)value; break;
                        case 1: bytes.Insert(at, (byte)value); break;
                        case 2: bytes.RemoveAt(at); break;
                        default: bytes[at] ^= (byte)(1 << (value & 7)); break;
                    }
                }

                string path = folder.File($"{Environment.CurrentManagedThreadId}.safetensors");
                File.WriteAllBytes(path, [.. bytes]);
                try
                {
                    using SafeTensorsFile file = SafeTensorsFile.Open(path);
                    long total = 0;
                    foreach (SafeTensor tensor in file.Tensors)
                    {
                        Assert.Equal(tensor.ByteCount, file.Read<byte>(tensor.Name).Length);
                        total += tensor.ByteCount;
                    }

                    Assert.True(total <= bytes.Count - 8);
                }
                catch (SafeTensorsException)
                {
                }
            },
            iter: 1000,
            threads: 1);
    }

    private static byte[] Compose(byte[] header, int dataByteCount)
    {
        byte[] bytes = new byte[8 + header.Length + dataByteCount];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        return bytes;
    }
}
