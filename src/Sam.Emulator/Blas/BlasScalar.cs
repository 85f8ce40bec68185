using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>A factor: a value that was read at the call, or the place on the device to read it from when the operation runs.</summary>
internal readonly struct BlasScalar
{
    private readonly float _value;
    private readonly nint _address;
    private readonly bool _isHalf;

    private BlasScalar(float value, nint address, bool isHalf)
    {
        _value = value;
        _address = address;
        _isHalf = isHalf;
    }

    /// <summary>Takes a factor as the pointer mode says.</summary>
    /// <param name="pointer">Where it is; not null.</param>
    /// <param name="mode">Host: it is read now. Device: it is read when the operation runs.</param>
    /// <param name="isHalf">Whether it is float16 rather than float32.</param>
    /// <returns>The factor.</returns>
    internal static unsafe BlasScalar Of(void* pointer, CublasPointerMode mode, bool isHalf) => mode == CublasPointerMode.Device
        ? new BlasScalar(0, (nint)pointer, isHalf)
        : new BlasScalar(isHalf ? (float)*(Half*)pointer : *(float*)pointer, 0, isHalf);

    /// <summary>The factor's value, now that the operation runs.</summary>
    /// <param name="stream">The stream that it runs in.</param>
    /// <param name="operation">The operation's name.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether it could be read; otherwise the context is lost.</returns>
    internal unsafe bool TryRead(EmulatedStream stream, string operation, out float value)
    {
        value = _value;
        if (_address == 0) return true;
        if (!BlasMemory.CanRead(stream, operation, "a factor", new BlasMatrix(_address, 1, 1, 1, _isHalf ? 2 : 4))) return false;
        value = _isHalf ? (float)*(Half*)_address : *(float*)_address;
        return true;
    }
}
