using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sam.Native.Cuda;

/// <summary>A call of the CUDA driver, NVRTC or cuBLAS that failed: which one, with what code, and what it was about.</summary>
public sealed class CudaException : Exception
{
    private CudaException(string message, string call, int code, string name, string text)
        : base(message)
    {
        Call = call;
        Code = code;
        Name = name;
        Text = text;
    }

    /// <summary>The call that failed, as the source has it.</summary>
    public string Call { get; }

    /// <summary>The code that it answered, a <see cref="CudaResult"/>, <see cref="NvrtcResult"/> or <see cref="CublasStatus"/>.</summary>
    public int Code { get; }

    /// <summary>The library's name of the code, such as <c>CUDA_ERROR_ILLEGAL_ADDRESS</c>.</summary>
    public string Name { get; }

    /// <summary>What the code means, in the library's words where it could be asked.</summary>
    public string Text { get; }

    /// <summary>The driver's code; <see cref="CudaResult.Success"/> where another library failed.</summary>
    public CudaResult Result { get; private init; }

    /// <summary>The kernel that was launched; empty where the call launches none.</summary>
    public string Kernel { get; private init; } = "";

    /// <summary>The shape of the launch; null where the call launches nothing.</summary>
    public LaunchShape? Shape { get; private init; }

    /// <summary>The log of a compilation or of a module's load; empty where there is none.</summary>
    public string Log { get; private init; } = "";

    /// <summary>Whether the code may belong to work that was launched before the call, because the device reports late.</summary>
    public bool MayBeOlder { get; private init; }

    /// <summary>Describes a failed call of the driver.</summary>
    /// <param name="driver">The driver, which is asked for name and text; null where it cannot be.</param>
    /// <param name="result">What the call answered.</param>
    /// <param name="call">The call.</param>
    /// <param name="log">A log that belongs to it.</param>
    /// <param name="kernel">The kernel that was to be launched.</param>
    /// <param name="shape">The shape of that launch.</param>
    /// <returns>The exception, not thrown.</returns>
    public static unsafe CudaException Of(
        CudaDriverTable? driver, CudaResult result, string call, string log = "", string kernel = "", LaunchShape? shape = null)
    {
        string name = Decode(CudaResultText.Name(result));
        string text = Decode(CudaResultText.Text(result));
        if (driver is not null)
        {
            byte* own = null;
            if (driver.GetErrorName(result, &own) == CudaResult.Success && own is not null) name = Marshal.PtrToStringUTF8((nint)own)!;
            own = null;
            if (driver.GetErrorString(result, &own) == CudaResult.Success && own is not null) text = Marshal.PtrToStringUTF8((nint)own)!;
        }

        bool older = IsAsynchronous(result);
        string message = Describe(call, (int)result, name, text, log, kernel, shape, older);
        return new CudaException(message, call, (int)result, name, text)
        {
            Result = result,
            Kernel = kernel,
            Shape = shape,
            Log = log,
            MayBeOlder = older,
        };
    }

    /// <summary>Describes a failed call of NVRTC.</summary>
    /// <param name="result">What the call answered.</param>
    /// <param name="call">The call.</param>
    /// <param name="log">The compiler's log.</param>
    /// <returns>The exception, not thrown.</returns>
    public static CudaException Of(NvrtcResult result, string call, string log = "")
    {
        string name = Decode(NvrtcResultText.Name(result));
        string text = Decode(NvrtcResultText.Text(result));
        return new CudaException(
            Describe(call, (int)result, name, text, log, "", null, false), call, (int)result, name, text)
        { Log = log };
    }

    /// <summary>Describes a failed call of cuBLAS.</summary>
    /// <param name="status">What the call answered.</param>
    /// <param name="call">The call.</param>
    /// <returns>The exception, not thrown.</returns>
    public static CudaException Of(CublasStatus status, string call)
    {
        string name = Decode(CublasStatusText.Name(status));
        string text = Decode(CublasStatusText.Text(status));
        bool older = status is CublasStatus.ExecutionFailed or CublasStatus.InternalError;
        return new CudaException(Describe(call, (int)status, name, text, "", "", null, older), call, (int)status, name, text)
        {
            MayBeOlder = older,
        };
    }

    /// <summary>Throws where a call of the driver failed.</summary>
    /// <param name="driver">The driver that was called.</param>
    /// <param name="result">What it answered.</param>
    /// <param name="call">The call; the compiler fills it in.</param>
    /// <exception cref="CudaException">The result is not success.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ThrowIfFailed(
        CudaDriverTable? driver, CudaResult result, [CallerArgumentExpression(nameof(result))] string call = "")
    {
        if (result != CudaResult.Success) Throw(driver, result, call);
    }

    /// <summary>Throws where a call of cuBLAS failed.</summary>
    /// <param name="status">What it answered.</param>
    /// <param name="call">The call; the compiler fills it in.</param>
    /// <exception cref="CudaException">The status is not success.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ThrowIfFailed(CublasStatus status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != CublasStatus.Success) Throw(status, call);
    }

    /// <summary>Throws where a call of NVRTC failed.</summary>
    /// <param name="result">What it answered.</param>
    /// <param name="call">The call; the compiler fills it in.</param>
    /// <exception cref="CudaException">The result is not success.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ThrowIfFailed(NvrtcResult result, [CallerArgumentExpression(nameof(result))] string call = "")
    {
        if (result != NvrtcResult.Success) Throw(result, call);
    }

    [DoesNotReturn]
    [StackTraceHidden]
    private static void Throw(CudaDriverTable? driver, CudaResult result, string call) => throw Of(driver, result, call);

    [DoesNotReturn]
    [StackTraceHidden]
    private static void Throw(CublasStatus status, string call) => throw Of(status, call);

    [DoesNotReturn]
    [StackTraceHidden]
    private static void Throw(NvrtcResult result, string call) => throw Of(result, call);

    // The codes that a kernel's own mistake leaves behind: the device reports them at whatever call comes next.
    private static bool IsAsynchronous(CudaResult result) =>
        result is CudaResult.IllegalAddress or CudaResult.LaunchTimeout or CudaResult.EccUncorrectable or CudaResult.Unknown
            or (>= CudaResult.Assert and <= CudaResult.LaunchFailed and not CudaResult.TooManyPeers
                and not CudaResult.HostMemoryAlreadyRegistered and not CudaResult.HostMemoryNotRegistered);

    private static string Describe(
        string call, int code, string name, string text, string log, string kernel, LaunchShape? shape, bool older)
    {
        StringBuilder message = new();
        message.Append(CultureInfo.InvariantCulture, $"{call} failed with {(name.Length == 0 ? "code" : name)} ({code}): {text}");
        if (kernel.Length > 0) message.Append(CultureInfo.InvariantCulture, $" Kernel {kernel}.");
        if (shape is not null) message.Append(CultureInfo.InvariantCulture, $" Launch {shape}.");
        if (older) message.Append(" The device reports such faults late: the work at fault may be older than this call.");
        if (log.Length > 0) message.Append('\n').Append(log);
        return message.ToString();
    }

    private static string Decode(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);
}
