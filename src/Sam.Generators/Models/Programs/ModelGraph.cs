using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models.Programs;

/// <summary>The layers as a graph of values, and the parameters in their places.</summary>
internal sealed class ModelGraph
{
    private readonly List<Node> _nodes = [];
    private readonly List<ParameterSlot> _parameters = [];

    public ModelGraph(ModelDeclaration declaration)
    {
        Input = new Tensor(declaration.Input, null);
        Output = Input;
        foreach (Layer layer in declaration.Layers)
        {
            Output = Add(layer, Output);
        }
    }

    public Tensor Input { get; }

    public Tensor Output { get; }

    public IReadOnlyList<Node> Nodes => _nodes;

    public IReadOnlyList<ParameterSlot> Parameters => _parameters;

    /// <summary>Elements of the weight arena.</summary>
    public int ArenaCount { get; private set; }

    private Tensor Add(Layer layer, Tensor input)
    {
        List<ParameterSlot> parameters = [];
        foreach (ParameterDeclaration parameter in layer.Parameters(input.Shape))
        {
            parameters.Add(new ParameterSlot($"{layer.Name}.{parameter.Name}", parameter, ArenaCount));
            ArenaCount = checked((int)MemoryPlan.Align(ArenaCount + parameter.Shape.Count));
        }

        _parameters.AddRange(parameters);
        Node node = new(_nodes.Count, layer, input, parameters);
        node.Output = new Tensor(layer.Output(input.Shape), node);
        input.Consumers.Add(node);
        _nodes.Add(node);
        return node.Output;
    }
}
