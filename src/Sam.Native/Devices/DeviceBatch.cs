namespace Sam.Native;

/// <summary>A batch in the device's memory.</summary>
/// <param name="Input">(examples, input shape).</param>
/// <param name="Labels">(examples).</param>
/// <param name="InputCount">Floats of the batch.</param>
/// <param name="Examples">Its examples; 0 stands for none.</param>
internal readonly record struct DeviceBatch(DevicePointer<float> Input, DevicePointer<int> Labels, int InputCount, int Examples)
{
    public bool IsGiven => Examples > 0;
}
