using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>What a kernel of batch_norm.cu works on, field by field as there.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BatchNormArguments
{
    public int Batch;
    public int Channels;
    public int Size;
    public int Splits;
    public uint PerSplit;
    public float Epsilon;
    public float Momentum;
    public int BatchStatistics;
    public int UpdateStatistics;
    public int Relu;
    public int Accumulate;
    public int Cumulative;
    public DevicePointer<float> Input;
    public DevicePointer<float> Scale;
    public DevicePointer<float> Shift;
    public DevicePointer<float> Shortcut;
    public DevicePointer<float> RunningMean;
    public DevicePointer<float> RunningVariance;
    public DevicePointer<long> BatchCount;
    public DevicePointer<float> Output;
    public DevicePointer<float> Mean;
    public DevicePointer<float> InverseDeviation;
    public DevicePointer<float> OutputGradient;
    public DevicePointer<float> AddedGradient;
    public DevicePointer<float> InputGradient;
    public DevicePointer<float> ScaleGradient;
    public DevicePointer<float> ShiftGradient;
    public DevicePointer<float> ShortcutGradient;
    public DevicePointer<double> Partials;
    public DevicePointer<uint> Counters;

    /// <summary>Elements of a channel.</summary>
    public readonly long Count => (long)Batch * Size;

    /// <summary>Splits a channel among blocks of 4096 elements or a multiple of it, none of them empty.</summary>
    /// <param name="atMost">The most blocks of a channel; at least 1.</param>
    public void Split(int atMost)
    {
        const int SliceCount = 4096;
        long slices = (Count + SliceCount - 1) / SliceCount;
        long perSplit = Math.Max(1, (slices + atMost - 1) / atMost);
        PerSplit = (uint)(perSplit * SliceCount);
        Splits = (int)Math.Max(1, (slices + perSplit - 1) / perSplit);
    }
}
