using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models.Programs;

/// <summary>The layers as a graph of values, with blocks opened up, and the parameters and buffers in their places.</summary>
internal sealed class ModelGraph
{
    private readonly List<Node> _nodes = [];
    private readonly List<ParameterSlot> _parameters = [];
    private readonly List<BufferSlot> _buffers = [];

    public ModelGraph(ModelDeclaration declaration)
    {
        Input = new Tensor(declaration.Input, null);
        Output = Add(declaration.Layers, Input, []);

        // What layers keep between their passes is no part of the model's state, so it lies behind the buffers.
        foreach (Node node in _nodes)
        {
            node.KeptOffset = BufferCount;
            BufferCount = checked(BufferCount + node.Layer.KeptCount(node.Input.Shape));
        }
    }

    public Tensor Input { get; }

    public Tensor Output { get; }

    public IReadOnlyList<Node> Nodes => _nodes;

    public IReadOnlyList<ParameterSlot> Parameters => _parameters;

    public IReadOnlyList<BufferSlot> Buffers => _buffers;

    /// <summary>Elements of the weight arena.</summary>
    public int ArenaCount { get; private set; }

    /// <summary>Elements of the buffer memory.</summary>
    public int BufferCount { get; private set; }

    private Tensor Add(IEnumerable<Layer> layers, Tensor input, IReadOnlyList<string> around)
    {
        BlockPlan plan = BlockPlan.Of(layers, input.Shape);
        List<Tensor> values = [input];
        foreach (PlacedLayer placed in plan.Layers)
        {
            // A block without a name puts its layers where it stands.
            IReadOnlyList<string> path = placed.Layer is BlockLayer { Name.Length: 0 } ? around : [.. around, placed.Layer.Name];
            values.Add(placed.Layer is BlockLayer block
                ? Add(block.Body, values[placed.Input], path)
                : Add(placed.Layer, values[placed.Input], placed.Shortcut < 0 ? null : values[placed.Shortcut], path));
        }

        return values[plan.OutputValue];
    }

    private Tensor Add(Layer layer, Tensor input, Tensor? shortcut, IReadOnlyList<string> path)
    {
        Node node = new(_nodes.Count, layer, path, input, shortcut);
        foreach (ParameterDeclaration parameter in layer.Parameters(input.Shape))
        {
            ParameterSlot slot = new($"{node.Name}.{parameter.Name}", parameter, ArenaCount, _parameters.Count);
            ArenaCount = checked((int)MemoryPlan.Align(ArenaCount + parameter.Shape.Count));
            node.Parameters.Add(slot);
            _parameters.Add(slot);
        }

        foreach (BufferDeclaration buffer in layer.Buffers(input.Shape))
        {
            // A 64-bit integer takes two elements.
            BufferSlot slot = new($"{node.Name}.{buffer.Name}", buffer, BufferCount);
            BufferCount = checked((int)MemoryPlan.Align(BufferCount + (buffer.IsInteger ? 2 : buffer.Shape.Count)));
            node.Buffers.Add(slot);
            _buffers.Add(slot);
        }

        node.Output = new Tensor(layer.Output(input.Shape), node);
        input.Consumers.Add(node);
        shortcut?.Consumers.Add(node);
        _nodes.Add(node);
        return node.Output;
    }
}
