using Sam.Native;

namespace Sam.Layers;

/// <summary>What the backward pass of a layer of one's own reads and writes.</summary>
public readonly ref struct LayerBackward
{
    private readonly PassContext _pass;
    private readonly CustomLayerSlot _slot;

    internal LayerBackward(
        in PassContext pass,
        CustomLayerSlot slot,
        DevicePointer<float> input,
        DevicePointer<float> output,
        DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient)
    {
        long inputCount = (long)pass.Batch * slot.InputShape.Count, outputCount = (long)pass.Batch * slot.OutputShape.Count;
        _pass = pass;
        _slot = slot;
        InputShape = slot.InputShape;
        OutputShape = slot.OutputShape;
        Input = CustomLayer.HostSpan(input, inputCount);
        Output = CustomLayer.HostSpan(output, outputCount);
        OutputGradient = CustomLayer.HostSpan(outputGradient, outputCount);
        InputGradient = inputGradient.IsNull ? default : CustomLayer.HostSpan(inputGradient, inputCount);
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

    /// <summary>The output of the forward pass, (B, output shape), row-major.</summary>
    public ReadOnlySpan<float> Output { get; }

    /// <summary>The gradient of the loss by the output, (B, output shape), row-major.</summary>
    public ReadOnlySpan<float> OutputGradient { get; }

    /// <summary>Whether the gradient by the input is needed; it is not where nothing before the layer has parameters, nor where all of those
    /// are frozen.</summary>
    public bool NeedsInputGradient => !InputGradient.IsEmpty && _pass.NeedsBefore(_slot.FirstParameter);

    /// <summary>Takes the gradient of the loss by the input, (B, input shape), row-major; every element is to be written, it holds
    /// anything at first. Empty where nothing before the layer has parameters.</summary>
    public Span<float> InputGradient { get; }

    /// <summary>The values of a parameter, row-major.</summary>
    /// <param name="index">Its number in the order of the layer's <see cref="LayerParameterAttribute"/>, from 0.</param>
    /// <returns>The values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer has no such parameter.</exception>
    public ReadOnlySpan<float> Parameter(int index)
    {
        ParameterInfo info = _slot.Parameter(index);
        return CustomLayer.HostSpan(_pass.Weights + info.Offset, info.Count);
    }

    /// <summary>Whether somebody reads the gradient of a parameter: not of a frozen one. It has a place in any case.</summary>
    /// <param name="index">Its number in the order of the layer's <see cref="LayerParameterAttribute"/>, from 0.</param>
    /// <returns>Whether it is needed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer has no such parameter.</exception>
    public bool NeedsParameterGradient(int index)
    {
        _slot.Parameter(index);
        return _pass.Needs(_slot.FirstParameter + index);
    }

    /// <summary>The gradient of a parameter, row-major: add to it (+=). It was cleared before, unless gradients of several passes are
    /// being summed.</summary>
    /// <param name="index">Its number in the order of the layer's <see cref="LayerParameterAttribute"/>, from 0.</param>
    /// <returns>The gradient.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer has no such parameter.</exception>
    public Span<float> ParameterGradient(int index)
    {
        ParameterInfo info = _slot.Parameter(index);
        return CustomLayer.HostSpan(_pass.Gradients + info.Offset, info.Count);
    }
}
