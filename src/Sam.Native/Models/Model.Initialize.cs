namespace Sam.Native;

public abstract partial class Model
{
    // Streams of random numbers with the top bit set belong to initial values, so that no layer's dropout shares one.
    private const uint InitialStream = 0x8000_0000;

    /// <summary>Draws the weights anew, as they were when the model was made, and resets the buffers.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Initialize()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using DeviceScope scope = Device.Enter();
        DeviceKernels kernels = Device.Kernels;
        for (int i = 0; i < _parameters.Length; i++)
        {
            ParameterInfo info = _parameters[i].Info;
            DevicePointer<float> values = WeightMemory + info.Offset;
            RandomStream stream = new(Seed, 0, InitialStream | (uint)i);
            switch (info.Initializer.Kind)
            {
                case InitializerKind.KaimingUniform:
                    float bound = 1 / MathF.Sqrt(info.Initializer.Value);
                    kernels.FillUniform(info.Count, -bound, bound, stream, values);
                    break;
                case InitializerKind.KaimingNormal:
                    kernels.FillNormal(info.Count, 0, MathF.Sqrt(2 / info.Initializer.Value), stream, values);
                    break;
                case InitializerKind.Constant:
                    kernels.Fill(info.Count, info.Initializer.Value, values);
                    break;
                default:
                    throw new InvalidOperationException($"{info.Name} has an initializer of unknown kind {info.Initializer.Kind}.");
            }
        }

        foreach (ModelBuffer buffer in _bufferViews)
        {
            buffer.Reset();
        }
    }
}
