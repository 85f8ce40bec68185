using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>What a kernel of row_norm.cu works on, field by field as there.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RowNormArguments
{
    public int Rows;
    public int Length;
    public int Groups;
    public int Size;
    public float Epsilon;
    public DevicePointer<float> Input;
    public DevicePointer<float> Scale;
    public DevicePointer<float> Shift;
    public DevicePointer<float> Output;
    public DevicePointer<float> Mean;
    public DevicePointer<float> InverseDeviation;
    public DevicePointer<float> OutputGradient;
    public DevicePointer<float> InputGradient;
}
