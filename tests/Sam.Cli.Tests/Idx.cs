using System.Buffers.Binary;
using System.IO.Compression;

namespace Sam.Cli.Tests;

/// <summary>Writes IDX files, good ones and bad ones.</summary>
internal static class Idx
{
    public const int LabelsMagic = 0x0801;
    public const int ImagesMagic = 0x0803;

    public static byte[] Bytes(int magic, int[] sizes, byte[] values)
    {
        byte[] bytes = new byte[4 + (4 * sizes.Length) + values.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, magic);
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + (4 * i)), sizes[i]);
        }

        values.CopyTo(bytes, 4 + (4 * sizes.Length));
        return bytes;
    }

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

    public static byte[] Images(int count, int side = 28) => Bytes(ImagesMagic, [count, side, side], new byte[count * side * side]);

    public static byte[] Labels(params byte[] labels) => Bytes(LabelsMagic, [labels.Length], labels);
}
