using System.Diagnostics.CodeAnalysis;
using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>What the driver keeps for each thread: its stack of contexts and its capture mode.</summary>
internal static class DriverThread
{
    [ThreadStatic]
    private static EmulatedContext? _current;

    [ThreadStatic]
    private static Stack<EmulatedContext?>? _saved;

    [ThreadStatic]
    private static CudaCaptureMode _captureMode;

    /// <summary>The current context; null for none, also when its instance is gone.</summary>
    internal static EmulatedContext? Current => _current is { Instance.IsDisposed: false } context ? context : null;

    /// <summary>Which calls the thread may make while some thread captures.</summary>
    [SuppressMessage("Style", "IDE0032:Use auto property", Justification = "A thread-static attribute goes on a field.")]
    internal static ref CudaCaptureMode CaptureMode => ref _captureMode;

    /// <summary>Replaces the current context.</summary>
    /// <param name="context">The new one; null for none.</param>
    internal static void SetCurrent(EmulatedContext? context)
    {
        _current = context;
        context?.Instance.NoteUse();
    }

    /// <summary>Makes a context current and remembers the one before.</summary>
    /// <param name="context">The new one.</param>
    internal static void Push(EmulatedContext context)
    {
        (_saved ??= new Stack<EmulatedContext?>()).Push(_current);
        SetCurrent(context);
    }

    /// <summary>Gives the current context up for the one before.</summary>
    /// <returns>The context given up; null where there was none.</returns>
    internal static EmulatedContext? Pop()
    {
        EmulatedContext? gone = Current;
        _current = _saved is { Count: > 0 } ? _saved.Pop() : null;
        return gone;
    }
}
