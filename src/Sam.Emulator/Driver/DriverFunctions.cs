using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>The driver's functions as C callers see them. Each finds its instance, checks its arguments and answers a code; none
/// throws.</summary>
internal static unsafe partial class DriverFunctions
{
    /// <summary>The driver's table; every instance shares it, for the functions find their instance themselves.</summary>
    internal static CudaDriverTable Table { get; } = new(new EntryPoints(Find));

    [UnmanagedCallersOnly]
    private static CudaResult Init(uint flags)
    {
        using DriverCall call = DriverCall.Anywhere("cuInit", needsInit: false);
        if (call.Result != CudaResult.Success) return call.Result;
        if (flags != 0) return call.Invalid("The flags must be 0.");
        if (call.Instance.Devices.Count == 0) return call.Refuse(CudaResult.NoDevice, "The instance was made without devices.");
        call.Instance.IsInitialised = true;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult DriverGetVersion(int* version)
    {
        using DriverCall call = DriverCall.Anywhere("cuDriverGetVersion", needsInit: false);
        if (call.Result != CudaResult.Success) return call.Result;
        if (version is null) return call.Invalid("The result's address is null.");
        *version = call.Instance.Options.DriverVersion;
        return CudaResult.Success;
    }

    [UnmanagedCallersOnly]
    private static CudaResult GetErrorName(CudaResult result, byte** text) => Constant(CudaResultText.Name(result), text);

    [UnmanagedCallersOnly]
    private static CudaResult GetErrorString(CudaResult result, byte** text) => Constant(CudaResultText.Text(result), text);

    // UTF-8 literals lie in the assembly's image, do not move, and end with a zero byte that their length leaves out.
    private static CudaResult Constant(ReadOnlySpan<byte> literal, byte** text)
    {
        if (text is null) return CudaResult.InvalidValue;
        *text = literal.IsEmpty ? null : (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));
        return literal.IsEmpty ? CudaResult.InvalidValue : CudaResult.Success;
    }

    private static string Text(byte* text) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}
