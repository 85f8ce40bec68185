using System.ComponentModel;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Layers;

/// <summary>What generated code calls to run a layer of one's own.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CustomLayer
{
    /// <summary>Checks that a layer can run on a device and makes of its input what the model's declaration says.</summary>
    /// <typeparam name="TLayer">The layer.</typeparam>
    /// <param name="slot">Its place in the model.</param>
    /// <param name="device">The model's device; null is left to the model's constructor.</param>
    /// <exception cref="ArgumentException">The layer's output shape is another one.</exception>
    /// <exception cref="NotSupportedException">The layer is computed on the host alone, which cannot reach the device's memory.</exception>
    public static void Check<TLayer>(CustomLayerSlot slot, Device device)
        where TLayer : ILayer
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (device is { IsHostAccessible: false } && !(device is CudaAccelerator && TLayer.RunsOnCuda))
        {
            throw new NotSupportedException(
                $"Layer '{slot.Name}' of {slot.ModelName}: {typeof(TLayer)} has no CUDA part, and the host cannot reach the memory of {device.Name}. "
                + "Write in the layer `public static bool RunsOnCuda => true`, and ForwardOnCuda and BackwardOnCuda, which launch kernels of a .cu "
                + "file among the project's AdditionalFiles; or make the model on Device.Cpu().");
        }

        Shape output = TLayer.OutputShape(slot.InputShape);
        if (output != slot.OutputShape)
        {
            throw new ArgumentException(
                $"Layer '{slot.Name}' of {slot.ModelName}: {typeof(TLayer)} makes {output} of an input of {slot.InputShape}, "
                + $"but the model was declared with {slot.OutputShape}. "
                + $"Write Output = \"{output}\" in its attribute.");
        }
    }

    /// <summary>Runs a layer's forward pass.</summary>
    /// <typeparam name="TLayer">The layer.</typeparam>
    /// <param name="pass">The model's pass.</param>
    /// <param name="slot">The layer's place in the model.</param>
    /// <param name="input">(B, input shape).</param>
    /// <param name="output">Takes (B, output shape).</param>
    public static void Forward<TLayer>(in PassContext pass, CustomLayerSlot slot, DevicePointer<float> input, DevicePointer<float> output)
        where TLayer : ILayer
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (pass.Kernels is CudaKernels cuda)
        {
            CudaLayerForward onCuda = new(pass, slot, cuda.Device, input, output);
            TLayer.ForwardOnCuda(onCuda);
            return;
        }

        LayerForward forward = new(pass, slot, input, output);
        TLayer.Forward(forward);
    }

    /// <summary>Runs a layer's backward pass, on the host after clearing its parameters' gradients where the pass does not add to
    /// them.</summary>
    /// <remarks>A layer need not know which of its parameters' gradients are read: all have a place to go.</remarks>
    /// <typeparam name="TLayer">The layer.</typeparam>
    /// <param name="pass">The model's pass.</param>
    /// <param name="slot">The layer's place in the model.</param>
    /// <param name="input">(B, input shape).</param>
    /// <param name="output">(B, output shape), from the forward pass.</param>
    /// <param name="outputGradient">(B, output shape).</param>
    /// <param name="inputGradient">Takes (B, input shape); null where it is not needed.</param>
    public static void Backward<TLayer>(
        in PassContext pass,
        CustomLayerSlot slot,
        DevicePointer<float> input,
        DevicePointer<float> output,
        DevicePointer<float> outputGradient,
        DevicePointer<float> inputGradient)
        where TLayer : ILayer
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (pass.Kernels is CudaKernels cuda)
        {
            CudaLayerBackward onCuda = new(pass, slot, cuda.Device, input, output, outputGradient, inputGradient);
            TLayer.BackwardOnCuda(onCuda);
            return;
        }

        if (!pass.Accumulate)
        {
            for (int i = 0; i < slot.ParameterCount; i++)
            {
                ParameterInfo info = slot.Parameter(i);
                HostSpan(pass.Gradients + info.Offset, info.Count).Clear();
            }
        }

        LayerBackward backward = new(pass, slot, input, output, outputGradient, inputGradient);
        TLayer.Backward(backward);
    }

    internal static unsafe Span<float> HostSpan(DevicePointer<float> pointer, long count) => new(pointer.ToPointer(), checked((int)count));
}
