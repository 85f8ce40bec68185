using System.ComponentModel;
using Sam.Native;

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
    /// <exception cref="NotSupportedException">The program cannot reach the device's memory.</exception>
    public static void Check<TLayer>(CustomLayerSlot slot, Device device)
        where TLayer : ILayer
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (device is { IsHostAccessible: false })
        {
            throw new NotSupportedException(
                $"Layer '{slot.Name}' of {slot.ModelName} is computed by {typeof(TLayer)} on the host, "
                + $"which cannot reach the memory of {device.Name}.");
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
        LayerForward forward = new(pass, slot, input, output);
        TLayer.Forward(forward);
    }

    /// <summary>Runs a layer's backward pass, after clearing its parameters' gradients where the pass does not add to them.</summary>
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
