using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sam.Native;

/// <summary>Reads a part of a tensor's bytes for <see cref="SafeTensorsWriter"/>.</summary>
/// <param name="offset">First byte of the part, a multiple of 64, counted in the tensor.</param>
/// <param name="destination">Takes the bytes, little-endian, row-major; all of it is filled.</param>
public delegate void SafeTensorSource(long offset, Span<byte> destination);

/// <summary>Collects named tensors and strings and writes them as a safetensors file: all of it or nothing.</summary>
/// <remarks>
/// <para><see cref="Save"/> writes a temporary file in the target's folder, flushes it to the disk and renames it, so that whenever the
/// program or the
/// machine dies, the path holds the old file or the new one, whole. What a program that died left of its temporary file goes with the next save to the
/// same path. A file that is replaced keeps its permissions, and a symbolic link stays: the file that it leads to is replaced.</para>
/// <para>The bytes depend on what was added alone. In <see cref="Sorted"/> order they are those of the format's own library: the types
/// with larger
/// elements first, names in the order of their UTF-8 bytes, the header padded with spaces to a multiple of 8.</para>
/// </remarks>
/// <example>
/// <code>
/// SafeTensorsWriter writer = new();
/// writer.AddMetadata("format", "pt");
/// writer.Add("scale", [2L, 3L], values);
/// writer.Save("scale.safetensors");
/// </code>
/// </example>
public sealed class SafeTensorsWriter
{
    private const int ChunkByteCount = 1 << 20;
    private const string MetadataName = "__metadata__";

    private readonly List<Entry> _entries = [];
    private readonly List<(string Key, string Value)> _metadata = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>Whether tensors stand in the format's usual order, by type and name (true, the default), or in the order in which they
    /// were added.</summary>
    public bool Sorted { get; init; } = true;

    /// <summary>Adds a string under __metadata__; strings stand in the file in the order they were added.</summary>
    /// <param name="key">Its key, new in this file.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="ArgumentException">The key was added before, or a text is null or holds half a surrogate pair.</exception>
    public void AddMetadata(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        SafeTensorsJson.CheckText(key, nameof(key));
        SafeTensorsJson.CheckText(value, nameof(value));
        if (!_keys.Add(key))
        {
            throw new ArgumentException($"The key '{key}' was added before.", nameof(key));
        }

        _metadata.Add((key, value));
    }

    /// <summary>Adds a tensor with a copy of its values.</summary>
    /// <typeparam name="T">float, double, Half, bool or an integer type, which the file's type follows.</typeparam>
    /// <param name="name">Its name, new in this file.</param>
    /// <param name="dimensions">Its sizes, outermost first, each at least 0; none for a scalar.</param>
    /// <param name="values">Its values, row-major, as many as the product of the sizes.</param>
    /// <exception cref="ArgumentException">The name was added before or is reserved, a size is negative, the number of values is not the
    /// product of the
    /// sizes, or files have no such type.</exception>
    public void Add<T>(string name, ReadOnlySpan<long> dimensions, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (!SafeTensorTypes.TryFrom<T>(out SafeTensorType type))
        {
            throw new ArgumentException($"Files have no type for {typeof(T).Name}; use float, double, Half, bool or an integer type.", nameof(values));
        }

        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        Entry entry = Check(name, type, dimensions, (offset, destination) => bytes.AsSpan((int)offset, destination.Length).CopyTo(destination));
        if (entry.Count != values.Length)
        {
            throw new ArgumentException($"'{name}' of sizes [{string.Join(", ", entry.Dimensions)}] has {entry.Count} values; there are {values.Length}.", nameof(values));
        }

        Add(entry);
    }

    /// <summary>Adds a tensor whose bytes are asked for when the file is written, a piece at a time.</summary>
    /// <param name="name">Its name, new in this file.</param>
    /// <param name="type">Type of its elements.</param>
    /// <param name="dimensions">Its sizes, outermost first, each at least 0; none for a scalar.</param>
    /// <param name="source">Gives its bytes.</param>
    /// <exception cref="ArgumentException">The name was added before or is reserved, a size is negative, or the type is not one of
    /// files.</exception>
    public void Add(string name, SafeTensorType type, ReadOnlySpan<long> dimensions, SafeTensorSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!Enum.IsDefined(type) || type == SafeTensorType.Unknown)
        {
            throw new ArgumentOutOfRangeException(nameof(type), type, "The type is one of SafeTensorType, and known.");
        }

        Add(Check(name, type, dimensions, source));
    }

    /// <summary>Writes the file, replacing one that is there. May be called more than once.</summary>
    /// <param name="path">Where to; its folder must exist.</param>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="InvalidOperationException">Names and strings together are more than the 100 million bytes that the format
    /// allows.</exception>
    /// <exception cref="IOException">The folder is not there, the disk is full, or another failure of writing; what was at the path is
    /// still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("safetensors files are little-endian and are written on little-endian machines only.");
        }

        ReplacedFile file = new(path);
        file.RemoveLeftovers();
        file.Write(Write);
    }

    private static Entry Check(string name, SafeTensorType type, ReadOnlySpan<long> dimensions, SafeTensorSource source)
    {
        ArgumentNullException.ThrowIfNull(name);
        SafeTensorsJson.CheckText(name, nameof(name));
        if (name == MetadataName)
        {
            throw new ArgumentException($"The name {MetadataName} is reserved by the format.", nameof(name));
        }

        long count = 1;
        foreach (long size in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(dimensions));
            Int128 product = (Int128)count * size;
            count = product * type.ElementSize() <= long.MaxValue
                ? (long)product
                : throw new ArgumentException($"'{name}' of sizes [{string.Join(", ", dimensions.ToArray())}] has more elements than a file can hold.", nameof(dimensions));
        }

        return new Entry(name, type, [.. dimensions], count, source);
    }

    private void Add(Entry entry)
    {
        if (!_names.Add(entry.Name))
        {
            throw new ArgumentException($"A tensor '{entry.Name}' was added before.", "name");
        }

        _entries.Add(entry);
    }

    private void Write(ReplacedFile file)
    {
        Entry[] entries = [.. _entries];
        if (Sorted)
        {
            Array.Sort(entries, static (x, y) => x.Type != y.Type ? y.Type.CompareTo(x.Type) : SafeTensorsJson.CompareUtf8(x.Name, y.Name));
        }

        byte[] header = Header(entries);
        long length = header.Length + entries.Sum(static entry => entry.ByteCount);
        using FileStream stream = file.Create(length);
        stream.Write(header);
        byte[] chunk = new byte[(int)Math.Min(ChunkByteCount, entries.Length == 0 ? 0 : entries.Max(static entry => entry.ByteCount))];
        foreach (Entry entry in entries)
        {
            for (long offset = 0; offset < entry.ByteCount; offset += chunk.Length)
            {
                Span<byte> piece = chunk.AsSpan(0, (int)Math.Min(chunk.Length, entry.ByteCount - offset));
                entry.Source(offset, piece);
                stream.Write(piece);
            }
        }

        stream.Flush(flushToDisk: true);
        file.Replace();
    }

    private byte[] Header(Entry[] entries)
    {
        SafeTensorsJson json = new();
        json.Append("{");
        if (_metadata.Count > 0)
        {
            json.AppendString(MetadataName).Append(":{");
            for (int i = 0; i < _metadata.Count; i++)
            {
                json.Append(i > 0 ? "," : string.Empty).AppendString(_metadata[i].Key).Append(":").AppendString(_metadata[i].Value);
            }

            json.Append(entries.Length > 0 ? "}," : "}");
        }

        long begin = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            Entry entry = entries[i];
            long end = checked(begin + entry.ByteCount);
            json.Append(i > 0 ? "," : string.Empty).AppendString(entry.Name)
                .Append($":{{\"dtype\":\"{entry.Type.FileName()}\",\"shape\":[{string.Join(',', entry.Dimensions)}],\"data_offsets\":[{begin},{end}]}}");
            begin = end;
        }

        byte[] text = json.Append("}").ToPaddedUtf8(sizeof(ulong));
        if (text.Length - sizeof(ulong) > SafeTensorsHeader.MaximumByteCount)
        {
            throw new InvalidOperationException(
                $"The header would have {text.Length - sizeof(ulong)} bytes; the format allows {SafeTensorsHeader.MaximumByteCount}.");
        }

        BinaryPrimitives.WriteUInt64LittleEndian(text, (ulong)(text.Length - sizeof(ulong)));
        return text;
    }

    private sealed record Entry(string Name, SafeTensorType Type, ImmutableArray<long> Dimensions, long Count, SafeTensorSource Source)
    {
        public long ByteCount => Count * Type.ElementSize();
    }
}
