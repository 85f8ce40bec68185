namespace Sam.Native;

/// <summary>The base optimizer's sums and the coefficients of a step, in the device's memory.</summary>
internal sealed class StepScratch : IDisposable
{
    private readonly DeviceMemory _doubles;
    private readonly DeviceMemory _floats;
    private readonly int _tensors;

    public StepScratch(Device device, int tensors)
    {
        _tensors = tensors;
        _doubles = device.Allocate(sizeof(double) * 3L * tensors, "sums of a step");
        _floats = device.Allocate(sizeof(float) * 4L * tensors * UpdateArguments.CoefficientCount, "coefficients of a step");
    }

    /// <summary>The base optimizer's sums, three for each tensor.</summary>
    public DevicePointer<double> BaseSums => _doubles.Pointer<double>();

    /// <summary>Coefficients of the combination, for each tensor.</summary>
    public DevicePointer<float> Coefficients => Table(0);

    /// <summary>The base optimizer's coefficients.</summary>
    public DevicePointer<float> BaseCoefficients => Table(1);

    /// <summary>Coefficients of what is added to the weights apart from the base optimizer.</summary>
    public DevicePointer<float> TailCoefficients => Table(2);

    /// <summary>A factor of the perturbation for each tensor.</summary>
    public DevicePointer<float> Factors => Table(3);

    public long ByteCount => _doubles.ByteCount + _floats.ByteCount;

    public void Dispose()
    {
        _doubles.Dispose();
        _floats.Dispose();
    }

    private DevicePointer<float> Table(long index) => _floats.Pointer<float>() + (index * _tensors * UpdateArguments.CoefficientCount);
}
