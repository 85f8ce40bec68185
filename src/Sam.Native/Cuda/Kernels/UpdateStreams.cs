namespace Sam.Native.Cuda;

/// <summary>The arrays of an update as its kernels take them.</summary>
internal readonly struct UpdateStreams(in UpdateArguments arguments)
{
    public readonly DevicePointer<float> Gradient = arguments.Gradient;
    public readonly DevicePointer<float> Other = arguments.Other;
    public readonly DevicePointer<float> Coefficients = arguments.Coefficients;
    public readonly DevicePointer<float> Saved = arguments.Saved;
    public readonly DevicePointer<float> Weights = arguments.Weights;
    public readonly DevicePointer<float> Output = arguments.Output;
    public readonly DevicePointer<float> Slot0 = arguments.Slot0;
    public readonly DevicePointer<float> Slot1 = arguments.Slot1;
    public readonly DevicePointer<float> Slot2 = arguments.Slot2;
    public readonly DevicePointer<StepState> State = arguments.State;
}
