namespace Sam.Generators.Models.Programs;

/// <summary>A layer in its place in the program.</summary>
internal sealed class Node(int index, Layers.Layer layer, Tensor input, IReadOnlyList<ParameterSlot> parameters)
{
    /// <summary>Its number among the layers, which also names its random numbers.</summary>
    public int Index { get; } = index;

    public Layers.Layer Layer { get; } = layer;

    public Tensor Input { get; } = input;

    public IReadOnlyList<ParameterSlot> Parameters { get; } = parameters;

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
}
