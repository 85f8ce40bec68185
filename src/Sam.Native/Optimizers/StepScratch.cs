namespace Sam.Native;

/// <summary>The sums and coefficients of a step, in the device's memory.</summary>
internal sealed class StepScratch : IDisposable
{
    private readonly DeviceMemory _doubles;
    private readonly DeviceMemory _floats;
    private readonly Device _device;
    private readonly int _tensors;

    public StepScratch(Device device, int tensors)
    {
        _device = device;
        _tensors = tensors;
        _doubles = device.Allocate(sizeof(double) * (4 + (6L * tensors)), "sums of a step");
        _floats = device.Allocate(sizeof(float) * (((3L * tensors) + 1) * UpdateArguments.CoefficientCount), "coefficients of a step");
    }

    /// <summary>What was measured of the direction; see <see cref="Measure"/>.</summary>
    public DevicePointer<double> Measured => _doubles.Pointer<double>();

    /// <summary>Products of the two gradients, for each tensor.</summary>
    public DevicePointer<double> Sums => _doubles.Pointer<double>() + 4;

    /// <summary>The base optimizer's sums.</summary>
    public DevicePointer<double> BaseSums => Sums + (3L * _tensors);

    /// <summary>Coefficients of the combination, for each tensor.</summary>
    public DevicePointer<float> Coefficients => _floats.Pointer<float>();

    /// <summary>The base optimizer's coefficients.</summary>
    public DevicePointer<float> BaseCoefficients => Coefficients + ((long)UpdateArguments.CoefficientCount * _tensors);

    /// <summary>A factor of the perturbation for each tensor.</summary>
    public DevicePointer<float> Factors => BaseCoefficients + ((long)UpdateArguments.CoefficientCount * _tensors);

    /// <summary>Coefficients of one pass that the host chose.</summary>
    public DevicePointer<float> Constants => Factors + ((long)UpdateArguments.CoefficientCount * _tensors);

    public long ByteCount => _doubles.ByteCount + _floats.ByteCount;

    /// <summary>Puts a and b into <see cref="Constants"/>.</summary>
    public DevicePointer<float> Pair(float a, float b)
    {
        ReadOnlySpan<float> values = [a, b, 0, 0, 0];
        _device.Upload(values, Constants);
        return Constants;
    }

    /// <summary>Reads one sum.</summary>
    public double Read(DevicePointer<double> sum)
    {
        Span<double> value = stackalloc double[1];
        _device.Download(sum, value);
        return value[0];
    }

    public void Dispose()
    {
        _doubles.Dispose();
        _floats.Dispose();
    }
}
