using System.Buffers.Binary;
using System.Text;

namespace Sam.Layers.Tests.Onnx;

/// <summary>Writes one message in the encoding of Protocol Buffers: fields in the order of the calls.</summary>
internal sealed class ProtobufWriter
{
    private const int VariableLength = 0, FourBytes = 5, LengthPrefixed = 2;

    private readonly MemoryStream _bytes = new();

    public byte[] ToArray() => _bytes.ToArray();

    public ProtobufWriter Integer(int field, long value)
    {
        Key(field, VariableLength);
        Varint((ulong)value);
        return this;
    }

    public ProtobufWriter Single(int field, float value)
    {
        Key(field, FourBytes);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Message(int field, ProtobufWriter message) => Bytes(field, message.ToArray());

    public ProtobufWriter Bytes(int field, byte[] value)
    {
        Key(field, LengthPrefixed);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Key(int field, int kind) => Varint((ulong)((field << 3) | kind));

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.WriteByte((byte)(value | 0x80));
        }

        _bytes.WriteByte((byte)value);
    }
}
