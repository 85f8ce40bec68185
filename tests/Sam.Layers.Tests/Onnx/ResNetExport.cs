using System.Buffers.Binary;
using System.Text.Json;

namespace Sam.Layers.Tests.Onnx;

/// <summary>Turns a safetensors file with torchvision's names of a ResNet of basic blocks for CIFAR into an ONNX model. It shares no code
/// with the library: the file's header is read here.</summary>
internal static class ResNetExport
{
    // The epsilon of torch's batch normalisation.
    private const float Epsilon = 1e-5f;

    /// <summary>Makes the model.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="batch">Examples of a batch.</param>
    /// <returns>The bytes of an ONNX file: input "images" (B, 3, 32, 32), output logits (B, classes).</returns>
    public static byte[] FromFile(string path, int batch)
    {
        OnnxGraph graph = new("images", [batch, 3, 32, 32]);
        Dictionary<string, long[]> shapes = Constants(graph, File.ReadAllBytes(path));
        string x = Relu(graph, Normalization(graph, Convolution(graph, "images", shapes, "conv1", stride: 1), "bn1"));
        for (int stage = 1; stage <= 4; stage++)
        {
            for (int block = 0; shapes.ContainsKey($"layer{stage}.{block}.conv1.weight"); block++)
            {
                string name = $"layer{stage}.{block}.";
                int stride = stage > 1 && block == 0 ? 2 : 1;
                string y = Relu(graph, Normalization(graph, Convolution(graph, x, shapes, name + "conv1", stride), name + "bn1"));
                y = Normalization(graph, Convolution(graph, y, shapes, name + "conv2", stride: 1), name + "bn2");
                string shortcut = shapes.ContainsKey(name + "downsample.0.weight")
                    ? Normalization(graph, Convolution(graph, x, shapes, name + "downsample.0", stride), name + "downsample.1")
                    : x;
                x = Relu(graph, graph.Node("Add", [y, shortcut]));
            }
        }

        string features = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [x])], ("axis", 1L));
        string logits = graph.Node("Gemm", [features, "fc.weight", "fc.bias"], ("transB", 1L));
        return graph.Finish(logits, [batch, shapes["fc.bias"][0]]);
    }

    private static string Convolution(OnnxGraph graph, string x, Dictionary<string, long[]> shapes, string name, int stride)
    {
        long kernel = shapes[name + ".weight"][2];
        long padding = kernel / 2;
        return graph.Node(
            "Conv", [x, name + ".weight"],
            ("kernel_shape", (long[])[kernel, kernel]), ("pads", (long[])[padding, padding, padding, padding]), ("strides", (long[])[stride, stride]));
    }

    private static string Normalization(OnnxGraph graph, string x, string name) => graph.Node(
        "BatchNormalization", [x, name + ".weight", name + ".bias", name + ".running_mean", name + ".running_var"], ("epsilon", Epsilon));

    private static string Relu(OnnxGraph graph, string x) => graph.Node("Relu", [x]);

    /// <summary>Adds every tensor of floats to the graph.</summary>
    private static Dictionary<string, long[]> Constants(OnnxGraph graph, byte[] file)
    {
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using JsonDocument document = JsonDocument.Parse(file.AsMemory(8, header));
        Dictionary<string, long[]> shapes = [];
        foreach (JsonProperty tensor in document.RootElement.EnumerateObject())
        {
            if (tensor.Name == "__metadata__" || tensor.Value.GetProperty("dtype").GetString() != "F32")
            {
                continue;
            }

            long[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(static d => d.GetInt64())];
            int[] range = [.. tensor.Value.GetProperty("data_offsets").EnumerateArray().Select(static o => o.GetInt32())];
            graph.Constant(tensor.Name, shape, file[(8 + header + range[0])..(8 + header + range[1])]);
            shapes.Add(tensor.Name, shape);
        }

        return shapes;
    }
}
