using Sam.Generators.Helpers;
using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models;

/// <summary>A layer in its place among others. Values are numbered: 0 is the input of all, i + 1 the output of layer i.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Input">The value it reads.</param>
/// <param name="Shortcut">The value that is added, or -1.</param>
/// <param name="InputShape">Shape of the value it reads.</param>
internal sealed record PlacedLayer(Layer Layer, int Input, int Shortcut, Sizes InputShape);

/// <summary>Layers in order as a graph: which value each reads, where the shortcuts go, with the projections that make shapes
/// agree.</summary>
internal sealed class BlockPlan
{
    private readonly List<PlacedLayer> _layers = [];
    private readonly List<Sizes> _shapes;
    private int _value;
    private int _start;

    private BlockPlan(Sizes input) => _shapes = [input];

    /// <summary>The layers, projections among them.</summary>
    public IReadOnlyList<PlacedLayer> Layers => _layers;

    /// <summary>The first thing that does not fit, or null.</summary>
    public string? Misfit { get; private set; }

    /// <summary>Number of the value that comes out.</summary>
    public int OutputValue => _value;

    /// <summary>Shape of what comes out.</summary>
    public Sizes Output => _shapes[_value];

    /// <summary>What the layers from the input to what comes out step over, or null where one of them changes rows or columns without a
    /// stride.</summary>
    public Strides? Steps => StepsTo(OutputValue, 0);

    /// <summary>Lays layers out.</summary>
    /// <param name="body">The layers in order.</param>
    /// <param name="input">Shape of what the first reads.</param>
    public static BlockPlan Of(IEnumerable<Layer> body, Sizes input)
    {
        BlockPlan plan = new(input);
        foreach (Layer layer in body)
        {
            plan.Place(layer);
            if (plan.Misfit is not null)
            {
                break;
            }
        }

        return plan;
    }

    private void Place(Layer layer)
    {
        switch (layer)
        {
            case StartShortcutLayer:
                _start = _value;
                break;
            case AddShortcutLayer add:
                int branch = _value;
                int shortcut = Project(add);
                if (Misfit is null)
                {
                    _value = Add(add, branch, shortcut);
                    _start = 0;
                }

                break;
            default:
                _value = Add(layer, _value, -1);
                break;
        }
    }

    // The value to add: the shortcut itself where shapes agree, else what the projection makes of it.
    private int Project(AddShortcutLayer add)
    {
        Sizes from = _shapes[_start], to = _shapes[_value];
        if (from == to)
        {
            return _start;
        }

        if (add.Projection is null)
        {
            Misfit = $"AddShortcut adds {from} to {to}; write Projection = \"downsample\", or layers that keep the shape";
            return _start;
        }

        if (Stride(add, from, to) is not { } stride)
        {
            return _start;
        }

        string name = add.Normalize ? add.Projection + ".0" : add.Projection;
        int value = Add(
            new Conv2dLayer(name, to[0], 1, 1, stride.Rows, stride.Columns, 0, 0, 1, 1, 1, Bias: false, Beside<Conv2dLayer>()?.Initializer ?? "KaimingUniform"), _start, -1);
        return add.Normalize ? Add((Beside<BatchNormLayer>() ?? BatchNormLayer.Usual) with { Name = add.Projection + ".1", Rows = true }, value, -1) : value;
    }

    // The projection steps over the input as the branch does, unless the addition says how; a guess from the shapes alone could be another
    // stride that makes the same shape.
    private Strides? Stride(AddShortcutLayer add, Sizes from, Sizes to)
    {
        string misfit = $"AddShortcut cannot project {from} to {to}: ";
        if (from.Rank != 3 || to.Rank != 3)
        {
            Misfit = misfit + "a convolution takes and makes channels, rows and columns; write layers that keep the shape";
            return null;
        }

        if ((add.Stride is int own ? new Strides(own, own) : StepsTo(_value, _start)) is not { } stride)
        {
            Misfit = misfit + "the branch has a layer without a stride that changes rows or columns; write the projection's Stride";
            return null;
        }

        long rows = ((from[1] - 1) / stride.Rows) + 1, columns = ((from[2] - 1) / stride.Columns) + 1;
        if (rows != to[1] || columns != to[2])
        {
            Misfit = misfit + $"a convolution of 1x1 with {(add.Stride is null ? "the branch's stride" : "the stride")} of {stride} makes {Literal.Of(rows)}x{Literal.Of(columns)}; "
                + "write paddings that let the branch's strides divide the rows and columns, or the projection's Stride";
            return null;
        }

        return stride;
    }

    // The product over the layers between two values.
    private Strides? StepsTo(int value, int start)
    {
        Strides? product = Strides.One;
        for (; value != start && product is not null; value = _layers[value - 1].Input)
        {
            product = product.Value.Times(_layers[value - 1].Layer.Steps(_layers[value - 1].InputShape));
        }

        return product;
    }

    // A projection's layers are as those of their kind in front of the addition, in blocks of the block too.
    private T? Beside<T>()
        where T : Layer => Opened(_layers.Select(static l => l.Layer)).OfType<T>().LastOrDefault();

    private static IEnumerable<Layer> Opened(IEnumerable<Layer> layers) =>
        layers.SelectMany(static l => l is BlockLayer block ? Opened(block.Body) : [l]);

    private int Add(Layer layer, int input, int shortcut)
    {
        Sizes shape = _shapes[input];
        string? misfit = layer.Misfit(shape) ?? (layer as CustomLayer)?.WrongParameter(shape);
        Sizes output = misfit is null ? layer.Output(shape) : shape;
        if (misfit is null && output.Count > int.MaxValue)
        {
            misfit = "an example would have more than 2147483647 elements; write smaller sizes";
        }

        if (misfit is not null)
        {
            Misfit = $"in it {layer.Title} does not fit its input of {shape}: {misfit}";
            return input;
        }

        _layers.Add(new PlacedLayer(layer, input, shortcut, shape));
        _shapes.Add(output);
        return _layers.Count;
    }
}
