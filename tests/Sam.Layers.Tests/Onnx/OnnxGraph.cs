namespace Sam.Layers.Tests.Onnx;

/// <summary>An ONNX model under construction, operator set 17: fields and their numbers are those of onnx.proto.</summary>
/// <param name="input">Name of the input.</param>
/// <param name="shape">Its shape.</param>
internal sealed class OnnxGraph(string input, long[] shape)
{
    private const int Float = 1, FloatAttribute = 1, IntegerAttribute = 2, IntegersAttribute = 7;
    private const int FormatVersion = 8, OperatorSet = 17;

    private readonly ProtobufWriter _graph = new ProtobufWriter().Text(2, "model").Message(11, Value(input, shape));
    private int _values;

    /// <summary>Adds a constant, its elements as little-endian floats.</summary>
    public void Constant(string name, long[] dimensions, byte[] elements)
    {
        ProtobufWriter tensor = new();
        foreach (long dimension in dimensions)
        {
            tensor.Integer(1, dimension);
        }

        _graph.Message(5, tensor.Integer(2, Float).Text(8, name).Bytes(9, elements));
    }

    /// <summary>Adds an operator of one output.</summary>
    /// <param name="type">Its name.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <param name="attributes">Its attributes: float, long or long[].</param>
    /// <returns>The name of its output.</returns>
    public string Node(string type, string[] inputs, params (string Name, object Value)[] attributes)
    {
        string output = $"value{_values++}";
        ProtobufWriter node = new();
        foreach (string name in inputs)
        {
            node.Text(1, name);
        }

        node.Text(2, output).Text(4, type);
        foreach ((string name, object value) in attributes)
        {
            node.Message(5, Attribute(name, value));
        }

        _graph.Message(1, node);
        return output;
    }

    /// <summary>The whole model as a file's bytes.</summary>
    public byte[] Finish(string output, long[] outputShape)
    {
        _graph.Message(12, Value(output, outputShape));
        return new ProtobufWriter().Integer(1, FormatVersion).Message(7, _graph)
            .Message(8, new ProtobufWriter().Text(1, "").Integer(2, OperatorSet)).ToArray();
    }

    private static ProtobufWriter Attribute(string name, object value)
    {
        ProtobufWriter attribute = new ProtobufWriter().Text(1, name);
        switch (value)
        {
            case float single:
                return attribute.Single(2, single).Integer(20, FloatAttribute);
            case long integer:
                return attribute.Integer(3, integer).Integer(20, IntegerAttribute);
            default:
                foreach (long item in (long[])value)
                {
                    attribute.Integer(8, item);
                }

                return attribute.Integer(20, IntegersAttribute);
        }
    }

    private static ProtobufWriter Value(string name, long[] dimensions)
    {
        ProtobufWriter shape = new();
        foreach (long dimension in dimensions)
        {
            shape.Message(1, new ProtobufWriter().Integer(1, dimension));
        }

        ProtobufWriter tensor = new ProtobufWriter().Integer(1, Float).Message(2, shape);
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensor));
    }
}
