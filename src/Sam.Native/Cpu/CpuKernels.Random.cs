namespace Sam.Native.Cpu;

internal sealed unsafe partial class CpuKernels
{
    public override void Dropout(float probability, RandomStream stream, long count, DevicePointer<float> input, DevicePointer<float> output) =>
        Cpu.Dropout.Run(_team, probability, stream, input.ToPointer(), output.ToPointer(), count);

    public override void FillUniform(long count, float low, float high, RandomStream stream, DevicePointer<float> output) =>
        RandomFill.Uniform(_team, low, high, stream, output.ToPointer(), count);

    public override void FillNormal(long count, float mean, float deviation, RandomStream stream, DevicePointer<float> output) =>
        RandomFill.Normal(_team, mean, deviation, stream, output.ToPointer(), count);
}
