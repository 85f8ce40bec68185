using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace Sam.Native;

/// <summary>Reads and checks the JSON header of a safetensors file. What it returns can be used without further checks: every tensor lies
/// inside the
/// data, none overlaps another, and together they fill it. As in the format's own library, fields of an entry beside dtype, shape and
/// data_offsets are passed over.</summary>
internal ref struct SafeTensorsHeader
{
    /// <summary>Most bytes of a header, the bound that the format's own library sets.</summary>
    public const long MaximumByteCount = 100_000_000;

    private const string MetadataName = "__metadata__";

    private readonly string _file;
    private readonly long _dataByteCount;
    private readonly List<SafeTensor> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private Utf8JsonReader _reader;

    private SafeTensorsHeader(string file, ReadOnlySpan<byte> json, long dataByteCount)
    {
        _file = file;
        _dataByteCount = dataByteCount;

        // The header is an object of objects that hold arrays: three levels, and some more for fields that are passed over.
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
    }

    /// <summary>Reads a header.</summary>
    /// <param name="file">Path of the file, for messages.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataByteCount">Bytes of the file after the header.</param>
    /// <param name="metadata">The strings of the entry __metadata__.</param>
    /// <returns>The tensors in the order of the header.</returns>
    /// <exception cref="SafeTensorsException">The header is not as the format demands.</exception>
    public static ImmutableArray<SafeTensor> Read(string file, ReadOnlySpan<byte> json, long dataByteCount, out Dictionary<string, string> metadata)
    {
        if (json.IsEmpty || json[0] != '{')
        {
            throw new SafeTensorsException(file, "the header is a JSON object and begins with '{'; this one does not.");
        }

        if (!Utf8.IsValid(json))
        {
            throw new SafeTensorsException(file, "the header is UTF-8; this one has bytes that are not.");
        }

        SafeTensorsHeader header = new(file, json, dataByteCount);
        try
        {
            header.ReadEntries();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader reports escapes that are half a surrogate pair as an InvalidOperationException.
            throw new SafeTensorsException(file, $"the header is not the JSON of a safetensors file: {exception.Message}", null, exception);
        }

        header.CheckCoverage();
        metadata = header._metadata;
        return [.. header._tensors];
    }

    private void ReadEntries()
    {
        Advance();
        while (Advance() == JsonTokenType.PropertyName)
        {
            string name = _reader.GetString()!;
            if (!_names.Add(name))
            {
                throw new SafeTensorsException(_file, "every name occurs once in the header; this one occurs again.", name);
            }

            Expect(Advance(), JsonTokenType.StartObject, name, "an object");
            if (name == MetadataName)
            {
                ReadMetadata();
            }
            else
            {
                ReadTensor(name);
            }
        }

        if (_reader.Read())
        {
            throw new SafeTensorsException(_file, "the header is one JSON object and then only spaces; there is more after the object.");
        }
    }

    private void ReadMetadata()
    {
        while (Advance() == JsonTokenType.PropertyName)
        {
            string key = _reader.GetString()!;
            Expect(Advance(), JsonTokenType.String, MetadataName, "a string for every key");
            if (!_metadata.TryAdd(key, _reader.GetString()!))
            {
                throw new SafeTensorsException(_file, $"every key of {MetadataName} occurs once; '{SafeTensorsException.Shorten(key)}' occurs again.");
            }
        }
    }

    private void ReadTensor(string name)
    {
        string? typeName = null;
        ImmutableArray<long> shape = default;
        ImmutableArray<long> offsets = default;
        while (Advance() == JsonTokenType.PropertyName)
        {
            if (_reader.ValueTextEquals("dtype"u8) && typeName is null)
            {
                Expect(Advance(), JsonTokenType.String, name, "a string for dtype");
                typeName = _reader.GetString()!;
            }
            else if (_reader.ValueTextEquals("shape"u8) && shape.IsDefault)
            {
                shape = ReadNumbers(name, "shape");
            }
            else if (_reader.ValueTextEquals("data_offsets"u8) && offsets.IsDefault)
            {
                offsets = ReadNumbers(name, "data_offsets");
            }
            else if (_reader.ValueTextEquals("dtype"u8) || _reader.ValueTextEquals("shape"u8) || _reader.ValueTextEquals("data_offsets"u8))
            {
                throw new SafeTensorsException(_file, $"its entry has dtype, shape and data_offsets, once each; it has '{_reader.GetString()}' again.", name);
            }
            else
            {
                _reader.Skip();
            }
        }

        if (typeName is null || shape.IsDefault || offsets.IsDefault)
        {
            string missing = typeName is null ? "dtype" : shape.IsDefault ? "shape" : "data_offsets";
            throw new SafeTensorsException(_file, $"its entry has dtype, shape and data_offsets; {missing} is missing.", name);
        }

        _tensors.Add(Check(name, typeName, shape, offsets));
    }

    private readonly SafeTensor Check(string name, string typeName, ImmutableArray<long> shape, ImmutableArray<long> offsets)
    {
        if (offsets.Length != 2)
        {
            throw new SafeTensorsException(_file, $"data_offsets are two numbers, begin and end; there are {offsets.Length}.", name);
        }

        long begin = offsets[0];
        long end = offsets[1];
        if (begin > end || end > _dataByteCount)
        {
            throw new SafeTensorsException(
                _file, $"data_offsets are a range of the {_dataByteCount} bytes of data; they are [{begin}, {end}].", name);
        }

        long count = 1;
        bool empty = shape.Contains(0);
        foreach (long size in shape)
        {
            // A count that does not fit is larger than any file, and a size of 0 makes the others irrelevant.
            if (!empty && size > long.MaxValue / 8 / count)
            {
                throw new SafeTensorsException(_file, $"its shape has more elements than a file can hold; the data are {_dataByteCount} bytes.", name);
            }

            count = empty ? 0 : count * size;
        }

        // The size of an element of an unknown type is unknown too: its bytes are those it says it has.
        SafeTensorType type = SafeTensorTypes.Parse(typeName);
        SafeTensor tensor = new(name, type, typeName, shape, count, begin, end - begin);
        long expected = type == SafeTensorType.Unknown ? tensor.ByteCount : count * type.ElementSize();
        return tensor.ByteCount == expected
            ? tensor
            : throw new SafeTensorsException(
                _file, $"{tensor.DimensionsText()} elements of {typeName} are {expected} bytes; data_offsets [{begin}, {end}] hold {tensor.ByteCount}.", name);
    }

    private readonly void CheckCoverage()
    {
        // Empty tensors may stand anywhere on a border; by (begin, size) they come before the tensor that starts there.
        SafeTensor[] sorted = [.. _tensors.OrderBy(static t => t.Begin).ThenBy(static t => t.ByteCount)];
        long end = 0;
        foreach (SafeTensor tensor in sorted)
        {
            if (tensor.Begin != end)
            {
                string what = tensor.Begin < end ? "overlaps another tensor" : "leaves a hole before it";
                throw new SafeTensorsException(_file, $"it starts at byte {tensor.Begin} of the data and so {what}; the byte expected is {end}.", tensor.Name);
            }

            end = tensor.Begin + tensor.ByteCount;
        }

        if (end != _dataByteCount)
        {
            throw new SafeTensorsException(_file, $"the tensors together are {end} bytes; the file has {_dataByteCount} bytes after the header.");
        }
    }

    private ImmutableArray<long> ReadNumbers(string name, string field)
    {
        Expect(Advance(), JsonTokenType.StartArray, name, $"an array for {field}");
        ImmutableArray<long>.Builder numbers = ImmutableArray.CreateBuilder<long>();
        while (Advance() != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out long number) || number < 0)
            {
                throw new SafeTensorsException(_file, $"{field} holds whole numbers from 0 to {long.MaxValue}; it holds something else.", name);
            }

            numbers.Add(number);
        }

        return numbers.ToImmutable();
    }

    private JsonTokenType Advance() => _reader.Read()
        ? _reader.TokenType
        : throw new SafeTensorsException(_file, "the header's JSON object ends too early.");

    private readonly void Expect(JsonTokenType actual, JsonTokenType expected, string name, string text)
    {
        if (actual != expected)
        {
            throw new SafeTensorsException(_file, $"its entry has {text}; it has {actual}.", name);
        }
    }
}
