using System.Buffers.Binary;
using System.IO.Compression;

namespace Sam.Cli.Data;

/// <summary>Reads IDX files of unsigned bytes (LeCun's format for MNIST), plain or compressed with gzip, and accepts nothing
/// else.</summary>
/// <remarks>
/// A file is: two zero bytes, 0x08 for unsigned bytes, the number of dimensions, each dimension's size as a 32-bit big-endian number, then
/// the
/// elements. Every length is compared with the header before memory is allocated for the elements; gzip checks their CRC.
/// </remarks>
internal static class IdxReader
{
    private const int MagicOfBytes = 0x0800;
    private const int GzipHeaderAndTrailer = 18;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file; a name that ends in .gz is decompressed.</param>
    /// <param name="dimensions">Number of dimensions it must have.</param>
    /// <returns>Its sizes and elements.</returns>
    /// <exception cref="CommandException">The file is missing, unreadable, truncated, corrupt, too long, or of another kind.</exception>
    public static IdxArray Read(string path, int dimensions)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
            if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                return ReadContent(path, file, file.Length, dimensions);
            }

            uint announced = ReadGzipTrailer(path, file);
            using GZipStream content = new(file, CompressionMode.Decompress);
            return ReadContent(path, content, announced, dimensions);
        }
        catch (InvalidDataException)
        {
            throw new CommandException($"{path}: the gzip data are corrupt (a checksum or a code is wrong).");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"{path}: there is no such file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: cannot be read: {e.Message}");
        }
    }

    /// <summary>Checks the two bytes every gzip file starts with; returns the length of the content modulo 2^32 that it ends
    /// with.</summary>
    private static uint ReadGzipTrailer(string path, FileStream file)
    {
        if (file.Length < GzipHeaderAndTrailer)
        {
            throw new CommandException($"{path}: truncated: a gzip file has at least {GzipHeaderAndTrailer} bytes, this one has {file.Length}.");
        }

        Span<byte> bytes = stackalloc byte[4];
        file.ReadExactly(bytes[..2]);
        if (bytes[0] != 0x1f || bytes[1] != 0x8b)
        {
            throw new CommandException($"{path}: is no gzip file: it starts with 0x{bytes[0]:x2}{bytes[1]:x2} instead of 0x1f8b.");
        }

        file.Seek(-4, SeekOrigin.End);
        file.ReadExactly(bytes);
        file.Seek(0, SeekOrigin.Begin);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <param name="path">For messages.</param>
    /// <param name="content">At the magic number.</param>
    /// <param name="length">Bytes the content should have: the file's length, or what gzip's trailer says.</param>
    /// <param name="dimensions">Number of dimensions expected.</param>
    private static IdxArray ReadContent(string path, Stream content, long length, int dimensions)
    {
        int headerBytes = 4 + (4 * dimensions);
        Span<byte> header = stackalloc byte[headerBytes];
        int got = content.ReadAtLeast(header, headerBytes, throwOnEndOfStream: false);
        int expectedMagic = MagicOfBytes | dimensions;
        if (got >= 4 && BinaryPrimitives.ReadInt32BigEndian(header) is int magic && magic != expectedMagic)
        {
            throw new CommandException($"{path}: wrong magic number 0x{magic:x8}; unsigned bytes in {dimensions} dimension{(dimensions == 1 ? "" : "s")} have 0x{expectedMagic:x8}.");
        }

        if (got < headerBytes)
        {
            throw new CommandException($"{path}: truncated: the header takes {headerBytes} bytes, the content has {got}.");
        }

        int[] sizes = new int[dimensions];
        long count = 1;
        for (int i = 0; i < dimensions; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * i))..]);
            if (size == 0 || size > int.MaxValue || (count *= size) > Array.MaxLength)
            {
                throw new CommandException($"{path}: the header announces a size of {size} in dimension {i}; sizes are at least 1 and the elements at most {Array.MaxLength}.");
            }

            sizes[i] = (int)size;
        }

        // A truncated gzip file ends in arbitrary bytes instead of its length, so what is really there is counted before it is named.
        long expected = headerBytes + count;
        if (length != expected)
        {
            ThrowLength(path, expected, headerBytes + CountRest(content));
        }

        byte[] values = new byte[count];
        int read = content.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
        if (read < values.Length || content.ReadByte() >= 0)
        {
            ThrowLength(path, expected, read < values.Length ? headerBytes + read : expected + 1 + CountRest(content));
        }

        return new IdxArray(path, sizes, values);
    }

    private static void ThrowLength(string path, long expected, long actual) => throw new CommandException(
        actual < expected
            ? $"{path}: truncated: its header announces {expected} bytes, it has {actual}."
            : $"{path}: {(actual == expected ? "damaged at its end" : "too long")}: its header announces {expected} bytes, it has {actual}{(actual == expected ? " and a wrong gzip trailer" : "")}.");

    private static long CountRest(Stream content)
    {
        byte[] buffer = new byte[1 << 16];
        long count = 0;
        int read;
        try
        {
            while ((read = content.Read(buffer)) > 0)
            {
                count += read;
            }
        }
        catch (InvalidDataException)
        {
            // What could be decompressed counts; the caller reports that it is not the announced length.
        }

        return count;
    }
}
