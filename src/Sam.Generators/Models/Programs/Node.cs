using Sam.Generators.Helpers;

namespace Sam.Generators.Models.Programs;

/// <summary>A layer in its place in the program.</summary>
internal sealed class Node(int index, Layers.Layer layer, IReadOnlyList<string> path, Tensor input, Tensor? shortcut)
{
    /// <summary>Its number among the layers, which also names its random numbers.</summary>
    public int Index { get; } = index;

    /// <summary>When its forward call comes: its number, or that of a later layer whose work it does.</summary>
    public int Order { get; set; } = index;

    public Layers.Layer Layer { get; } = layer;

    /// <summary>Names of the blocks around it, outermost first, and its own.</summary>
    public IReadOnlyList<string> Path { get; } = path;

    /// <summary>The layer's name in the model, or empty for kinds without one.</summary>
    public string Name => Layer.HasName ? string.Join(".", Path) : "";

    public Tensor Input { get; } = input;

    /// <summary>The value that it adds, where it is an addition.</summary>
    public Tensor? Shortcut { get; } = shortcut;

    /// <summary>The value that an addition behind it adds, where its call computes that too.</summary>
    public Tensor? Added { get; set; }

    public List<ParameterSlot> Parameters { get; } = [];

    public List<BufferSlot> Buffers { get; } = [];

    /// <summary>First element of what it keeps in the buffer memory between its passes.</summary>
    public int KeptOffset { get; set; }

    /// <summary>What it keeps in the activation block between its passes.</summary>
    public List<Storage> Kept { get; } = [];

    public Tensor Output { get; set; } = null!;

    /// <summary>Whether the ReLU behind it is computed by its call.</summary>
    public bool HasRelu { get; set; }

    /// <summary>Whether it is computed by no call of its own.</summary>
    public bool IsFree { get; set; }

    /// <summary>What it is computed together with, for the summary.</summary>
    public string Fusion { get; set; } = "";

    public string ActivationName => HasRelu ? "Relu" : "None";

    public Argument WeightsOrNull(int parameter) => parameter < Parameters.Count ? Argument.Weights(Parameters[parameter]) : Argument.Null;

    public Argument GradientsOrNull(int parameter) => parameter < Parameters.Count ? Argument.Gradients(Parameters[parameter]) : Argument.Null;

    /// <summary>Whether the gradient of one of its parameters is needed, as C#.</summary>
    public string NeedsOwn => Parameters.Count == 1
        ? $"pass.Needs({Literal.Of(Parameters[0].Index)})"
        : $"pass.NeedsAny({Literal.Of(Parameters[0].Index)}, {Literal.Of(Parameters.Count)})";

    /// <summary>No parameter from this number on had a part in what its call makes.</summary>
    public int ParameterEnd => Math.Max(Output.ParameterEnd, Added?.ParameterEnd ?? 0);

    /// <summary>Adds to what it is computed together with.</summary>
    public void Fuse(string what) => Fusion = Fusion.Length == 0 ? what : Fusion + ", " + what;
}
