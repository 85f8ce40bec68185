namespace Sam.Generators.Models.Programs;

/// <summary>A value of the program: the input, or what one layer made. Layers that move nothing make another view of the same.</summary>
internal sealed class Tensor(Sizes shape, Node? producer)
{
    private int? _parameterEnd;

    public Sizes Shape { get; } = shape;

    /// <summary>The layer that made it; null for the input.</summary>
    public Node? Producer { get; } = producer;

    /// <summary>The layers that read it.</summary>
    public List<Node> Consumers { get; } = [];

    /// <summary>Where it lies.</summary>
    public Storage Storage { get; private set; } = null!;

    /// <summary>The value it is a view of; itself where it is computed.</summary>
    public Tensor Root { get; private set; } = null!;

    /// <summary>Whether a ReLU made it, so that its gradient is zero where it is not greater than 0.</summary>
    public bool IsRectified { get; set; }

    /// <summary>Whether a parameter had a part in it.</summary>
    public bool NeedsGradient => ParameterEnd > 0;

    /// <summary>No parameter from this number on had a part in it: its gradient is needed only where that of an earlier one is.</summary>
    public int ParameterEnd => _parameterEnd ??= Producer is null ? 0
        : Producer.Parameters.Count > 0 ? Producer.Parameters[Producer.Parameters.Count - 1].Index + 1
        : Math.Max(Producer.Input.ParameterEnd, Producer.Shortcut?.ParameterEnd ?? 0);

    /// <summary>Whether the calls that make its gradient have to zero it where its ReLU was off: not where its producer does so
    /// anyway.</summary>
    public bool WantsMask => IsRectified && Root.Producer is not { Layer.MasksOwnGradient: true };

    /// <summary>Whether more than one layer reads it or what it is a view of.</summary>
    public bool IsShared => Consumers.Count > 1 || (Producer is not null && Root != this && Producer.Input.IsShared);

    public void LieIn(Storage storage)
    {
        Storage = storage;
        Root = this;
    }

    public void BeViewOf(Tensor other)
    {
        Storage = other.Storage;
        Root = other.Root;
        IsRectified = other.IsRectified;
    }
}
