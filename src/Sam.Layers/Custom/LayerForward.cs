using Sam.Native;

namespace Sam.Layers;

/// <summary>What the forward pass of a layer of one's own reads and writes.</summary>
public readonly ref struct LayerForward
{
    private readonly PassContext _pass;
    private readonly CustomLayerSlot _slot;

    internal LayerForward(in PassContext pass, CustomLayerSlot slot, DevicePointer<float> input, DevicePointer<float> output)
    {
        _pass = pass;
        _slot = slot;
        InputShape = slot.InputShape;
        OutputShape = slot.OutputShape;
        Input = CustomLayer.HostSpan(input, (long)pass.Batch * slot.InputShape.Count);
        Output = CustomLayer.HostSpan(output, (long)pass.Batch * slot.OutputShape.Count);
    }

    /// <summary>Examples in this pass.</summary>
    public int Batch => _pass.Batch;

    /// <summary>Shape of one input example.</summary>
    public Shape InputShape { get; }

    /// <summary>Shape of one output example.</summary>
    public Shape OutputShape { get; }

    /// <summary>Whether the model is in training mode.</summary>
    public bool Training => _pass.Training;

    /// <summary>The random numbers of this layer in this step: the same in both passes of a SAM step, and in the backward pass. With as many numbers as
    /// input elements, an example has the same in whatever micro-batch it is.</summary>
    public RandomStream Random => _pass.Random(_slot.Stream, InputShape.Count);

    /// <summary>The device's kernels, for layers made of them.</summary>
    public DeviceKernels Kernels => _pass.Kernels;

    /// <summary>The input, (B, input shape), row-major.</summary>
    public ReadOnlySpan<float> Input { get; }

    /// <summary>Takes the output, (B, output shape), row-major; every element is to be written.</summary>
    public Span<float> Output { get; }

    /// <summary>The values of a parameter, row-major.</summary>
    /// <param name="index">Its number in the order of the layer's <see cref="LayerParameterAttribute"/>, from 0.</param>
    /// <returns>The values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer has no such parameter.</exception>
    public ReadOnlySpan<float> Parameter(int index)
    {
        ParameterInfo info = _slot.Parameter(index);
        return CustomLayer.HostSpan(_pass.Weights + info.Offset, info.Count);
    }
}
