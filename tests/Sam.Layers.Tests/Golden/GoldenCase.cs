using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sam.Layers.Tests.Golden;

/// <summary>A golden run: tensors by name and the description of what ran. See tests/golden/README.md.</summary>
internal sealed class GoldenCase
{
    private readonly byte[] _file;
    private readonly Dictionary<string, (string Type, int[] Shape, int Start, int Length)> _tensors = [];

    private GoldenCase(byte[] file)
    {
        _file = file;
        int header = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        using JsonDocument json = JsonDocument.Parse(file.AsMemory(sizeof(ulong), header));
        foreach (JsonProperty entry in json.RootElement.EnumerateObject())
        {
            if (entry.NameEquals("__metadata__"))
            {
                using JsonDocument description = JsonDocument.Parse(entry.Value.GetProperty("case").GetString()!);
                Description = description.RootElement.Clone();
                continue;
            }

            JsonElement offsets = entry.Value.GetProperty("data_offsets");
            int begin = offsets[0].GetInt32();
            _tensors.Add(
                entry.Name,
                (entry.Value.GetProperty("dtype").GetString()!,
                    [.. entry.Value.GetProperty("shape").EnumerateArray().Select(static s => s.GetInt32())],
                    sizeof(ulong) + header + begin,
                    offsets[1].GetInt32() - begin));
        }
    }

    /// <summary>What ran: model, loss, optimizer, sam and so on.</summary>
    public JsonElement Description { get; }

    public int Steps => Description.GetProperty("steps").GetInt32();

    /// <summary>torch's names of the parameters, in the order of the model.</summary>
    public IEnumerable<string> ParameterNames =>
        Description.GetProperty("model").GetProperty("parameters").EnumerateArray().Select(static p => p.GetProperty("name").GetString()!);

    /// <summary>All cases there are, by name.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.safetensors").Select(static f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "golden");

    public static GoldenCase Load(string name) => new(File.ReadAllBytes(Path.Combine(Folder, name + ".safetensors")));

    public bool Has(string tensor) => _tensors.ContainsKey(tensor);

    public int[] Shape(string tensor) => _tensors[tensor].Shape;

    public float[] Floats(string tensor) => Read<float>(tensor, "F32");

    public double[] Doubles(string tensor) => Read<double>(tensor, "F64");

    /// <summary>Integers, such as class labels.</summary>
    public int[] Ints(string tensor) => [.. Read<long>(tensor, "I64").Select(static v => checked((int)v))];

    private T[] Read<T>(string tensor, string type)
        where T : unmanaged
    {
        (string actual, _, int start, int length) = _tensors[tensor];
        Assert.Equal(type, actual);
        return MemoryMarshal.Cast<byte, T>(_file.AsSpan(start, length)).ToArray();
    }
}
