using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Layers;

/// <summary>What the forward pass of a layer of one's own reads and writes on a CUDA device.</summary>
/// <remarks>Kernels are launched with what <see cref="Kernels"/> gives. A step is captured into a graph and replayed without the layer being asked
/// again: what is launched may depend on shapes, the number of examples and <see cref="Training"/> alone; nothing is to be allocated, copied to the
/// host or waited for.</remarks>
public readonly ref struct CudaLayerForward
{
    private readonly PassContext _pass;
    private readonly CustomLayerSlot _slot;
    private readonly CudaAccelerator _device;

    internal CudaLayerForward(
        in PassContext pass, CustomLayerSlot slot, CudaAccelerator device, DevicePointer<float> input, DevicePointer<float> output)
    {
        _pass = pass;
        _slot = slot;
        _device = device;
        Input = input;
        Output = output;
    }

    /// <summary>Examples in this pass.</summary>
    public int Batch => _pass.Batch;

    /// <summary>Shape of one input example.</summary>
    public Shape InputShape => _slot.InputShape;

    /// <summary>Shape of one output example.</summary>
    public Shape OutputShape => _slot.OutputShape;

    /// <summary>Whether the model is in training mode.</summary>
    public bool Training => _pass.Training;

    /// <summary>The random numbers of this layer in this step: the same in both passes of a SAM step, and in the backward pass. With as many numbers as
    /// input elements, an example has the same in whatever micro-batch it is.</summary>
    public CudaRandomStream Random => CudaRandomStream.Of(_device, _pass.Random(_slot.Stream, InputShape.Count));

    /// <summary>The device's own kernels, for layers made of them.</summary>
    public DeviceKernels DeviceKernels => _pass.Kernels;

    /// <summary>The input, (B, input shape), row-major.</summary>
    public DevicePointer<float> Input { get; }

    /// <summary>Takes the output, (B, output shape), row-major; every element is to be written.</summary>
    public DevicePointer<float> Output { get; }

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

    /// <summary>The layer's kernels on this device.</summary>
    /// <typeparam name="T">A class that the generator made of a .cu file, or one that holds several of these. A device keeps one object of
    /// each.</typeparam>
    /// <param name="make">Makes the object where the device has none yet; a static lambda, which costs nothing from step to step.</param>
    /// <returns>The object.</returns>
    /// <exception cref="CudaException">The kernels do not compile, or the driver does not load them.</exception>
    public T Kernels<T>(Func<KernelLauncher, T> make)
        where T : class => _device.Bindings(make);
}
