using System.Collections.Immutable;

namespace Sam.Native;

/// <summary>Everything about a model that is known when it is compiled; written by the generator, one per model type.</summary>
public sealed class ModelLayout
{
    /// <summary>The model's name, for messages and summaries.</summary>
    public required string Name { get; init; }

    /// <summary>Shape of one input example.</summary>
    public required Shape InputShape { get; init; }

    /// <summary>Shape of one output example.</summary>
    public required Shape OutputShape { get; init; }

    /// <summary>The parameters in the order of their offsets, which is the order of the layers.</summary>
    public required ImmutableArray<ParameterInfo> Parameters { get; init; }

    /// <summary>The layers in order, for the summary.</summary>
    public required ImmutableArray<LayerInfo> Layers { get; init; }

    /// <summary>Sizes of the model's convolutions, for which the device makes room once.</summary>
    public ImmutableArray<Conv2dShape> Convolutions { get; init; } = [];

    /// <summary>Elements of the weight arena (and of the gradient arena), padding included; a multiple of 16.</summary>
    public required int ArenaCount { get; init; }

    /// <summary>The buffers in the order of the layers; none unless set.</summary>
    public ImmutableArray<BufferInfo> Buffers { get; init; } = [];

    /// <summary>Elements of the buffer memory: the buffers, and behind them what batch normalisation keeps from its forward to its
    /// backward pass; a multiple of 16.</summary>
    public int BufferCount { get; init; }

    /// <summary>The smallest batch that can be trained with: 2 where batch normalisation follows a linear layer or planes of one element,
    /// else 1.</summary>
    public int MinimumTrainingBatch { get; init; } = 1;

    /// <summary>The smallest batch of a pass in evaluation: 2 where such a batch normalisation keeps no running statistics, else
    /// 1.</summary>
    public int MinimumEvaluationBatch { get; init; } = 1;

    /// <summary>Elements of the activation block for one example: inputs, activations kept for the backward pass and gradients of
    /// activations,
    /// placed so that what is never needed at the same time shares its place; a multiple of 16.</summary>
    public required long ActivationCount { get; init; }

    /// <summary>Offset of the input in the activation block, in elements for one example.</summary>
    public required long InputOffset { get; init; }

    /// <summary>Offset of the output in the activation block, in elements for one example.</summary>
    public required long OutputOffset { get; init; }

    /// <summary>Offset of the output's gradient in the activation block, in elements for one example.</summary>
    public required long OutputGradientOffset { get; init; }
}
