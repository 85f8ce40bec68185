using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Layers;

/// <summary>What the backward pass of a layer of one's own reads and writes on a CUDA device.</summary>
/// <remarks>The rules of <see cref="CudaLayerForward"/>. Unlike on the host nothing is cleared before: the layer overwrites the gradients of its
/// parameters, or adds to them where <see cref="Accumulates"/> says so.</remarks>
public readonly ref struct CudaLayerBackward
{
    private readonly PassContext _pass;
    private readonly CustomLayerSlot _slot;
    private readonly CudaAccelerator _device;

    internal CudaLayerBackward(
        in PassContext pass,
        CustomLayerSlot slot,
        CudaAccelerator device,
        DevicePointer<float> input,
        DevicePointer<float> output,
        DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient)
    {
        _pass = pass;
        _slot = slot;
        _device = device;
        Input = input;
        Output = output;
        OutputGradient = outputGradient;
        InputGradient = inputGradient.IsNull || !pass.NeedsBefore(slot.FirstParameter) ? default : inputGradient;
    }

    /// <summary>Examples in this pass.</summary>
    public int Batch => _pass.Batch;

    /// <summary>Shape of one input example.</summary>
    public Shape InputShape => _slot.InputShape;

    /// <summary>Shape of one output example.</summary>
    public Shape OutputShape => _slot.OutputShape;

    /// <summary>Whether the model is in training mode.</summary>
    public bool Training => _pass.Training;

    /// <summary>Whether gradients of parameters are added to, because those of several passes are being summed; else they are
    /// overwritten.</summary>
    public bool Accumulates => _pass.Accumulate;

    /// <summary>The random numbers of this layer in this step: the same in both passes of a SAM step, and in the forward pass. With as many numbers as
    /// input elements, an example has the same in whatever micro-batch it is.</summary>
    public CudaRandomStream Random => CudaRandomStream.Of(_device, _pass.Random(_slot.Stream, InputShape.Count));

    /// <summary>The device's own kernels, for layers made of them.</summary>
    public DeviceKernels DeviceKernels => _pass.Kernels;

    /// <summary>The input, (B, input shape), row-major.</summary>
    public DevicePointer<float> Input { get; }

    /// <summary>The output of the forward pass, (B, output shape), row-major.</summary>
    public DevicePointer<float> Output { get; }

    /// <summary>The gradient of the loss by the output, (B, output shape), row-major.</summary>
    public DevicePointer<float> OutputGradient { get; }

    /// <summary>Whether the gradient by the input is needed; it is not where nothing before the layer has parameters, nor where all of those
    /// are frozen.</summary>
    public bool NeedsInputGradient => !InputGradient.IsNull;

    /// <summary>Takes the gradient of the loss by the input, (B, input shape), row-major; every element is to be written. Null where it is not
    /// needed.</summary>
    public DevicePointer<float> InputGradient { get; }

    /// <summary>Shape of a parameter.</summary>
    /// <param name="index">Its number in the order of the layer's <see cref="LayerParameterAttribute"/>, from 0.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer has no such parameter.</exception>
    public Shape ParameterShape(int index) => _slot.Parameter(index).Shape;

    /// <summary>The values of a parameter, row-major.</summary>
    /// <param name="index">Its number in the order of the layer's <see cref="LayerParameterAttribute"/>, from 0.</param>
    /// <returns>Where they lie.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer has no such parameter.</exception>
    public DevicePointer<float> Parameter(int index) => _pass.Weights + _slot.Parameter(index).Offset;

    /// <summary>Whether somebody reads the gradient of a parameter: not of a frozen one. It has a place in any case.</summary>
    /// <param name="index">Its number in the order of the layer's <see cref="LayerParameterAttribute"/>, from 0.</param>
    /// <returns>Whether it is needed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer has no such parameter.</exception>
    public bool NeedsParameterGradient(int index)
    {
        _slot.Parameter(index);
        return _pass.Needs(_slot.FirstParameter + index);
    }

    /// <summary>The gradient of a parameter, row-major.</summary>
    /// <param name="index">Its number in the order of the layer's <see cref="LayerParameterAttribute"/>, from 0.</param>
    /// <returns>Where it goes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layer has no such parameter.</exception>
    public DevicePointer<float> ParameterGradient(int index) => _pass.Gradients + _slot.Parameter(index).Offset;

    /// <summary>The layer's kernels on this device, as in <see cref="CudaLayerForward.Kernels"/>.</summary>
    /// <typeparam name="T">A class that the generator made of a .cu file, or one that holds several of these.</typeparam>
    /// <param name="make">Makes the object where the device has none yet; a static lambda.</param>
    /// <returns>The object.</returns>
    /// <exception cref="CudaException">The kernels do not compile, or the driver does not load them.</exception>
    public T Kernels<T>(Func<KernelLauncher, T> make)
        where T : class => _device.Bindings(make);
}
