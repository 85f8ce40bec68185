using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>One call of a driver function: finds out whom it is for, takes that instance's lock, and refuses what a driver refuses at
/// once.</summary>
/// <remarks>While it lives the instance's lock is held. Where <see cref="Result"/> is not success the call is over. Each thread keeps one
/// object
/// for all its calls, so that a call allocates nothing.</remarks>
internal sealed class DriverCall : IDisposable
{
    [ThreadStatic]
    private static DriverCall? _spare;

    private string _function = "";
    private bool _locked;

    private DriverCall()
    {
    }

    /// <summary>Success, or what the call must answer.</summary>
    internal CudaResult Result { get; private set; }

    /// <summary>The code of a failure that was planned for this call; 0 for none.</summary>
    internal int Planned { get; private set; }

    /// <summary>The instance that it is for; null only where <see cref="Result"/> is an error.</summary>
    internal EmulatedCuda Instance { get; private set; } = null!;

    /// <summary>The current context; null only in calls that need none.</summary>
    internal EmulatedContext Context { get; private set; } = null!;

    /// <summary>A call that needs no context.</summary>
    /// <param name="function">The C name.</param>
    /// <param name="needsInit">Whether <c>cuInit</c> must have been called.</param>
    /// <returns>The call.</returns>
    internal static DriverCall Anywhere(string function, bool needsInit = true)
    {
        DriverCall call = Take(function);
        call.StartAnywhere(needsInit);
        return call;
    }

    /// <summary>A call that needs a current context that is not lost.</summary>
    /// <param name="function">The C name.</param>
    /// <returns>The call.</returns>
    internal static DriverCall InContext(string function)
    {
        DriverCall call = Take(function);
        EmulatedContext? context = DriverThread.Current;
        if (context is null)
        {
            call.StartAnywhere(needsInit: true);
            if (call.Result == CudaResult.Success) call.Refuse(CudaResult.InvalidContext, "No context is current on this thread.");
            return call;
        }

        call.Start(context.Instance);
        if (call.Result == CudaResult.Success) call.Bind(context);
        return call;
    }

    /// <summary>Ends the call.</summary>
    public void Dispose()
    {
        if (_locked)
        {
            _locked = false;
            Instance.Gate.Exit();
        }

        Instance = null!;
        Context = null!;
        _spare = this;
    }

    /// <summary>Answers an error and says why.</summary>
    /// <param name="code">What the call answers.</param>
    /// <param name="reason">Why, for <see cref="EmulatedCuda.Refusals"/>.</param>
    /// <returns>The code.</returns>
    internal CudaResult Refuse(CudaResult code, string reason)
    {
        Result = code;
        Instance.Refuse(_function, (int)code, reason);
        return code;
    }

    /// <summary>Answers that an argument is not valid.</summary>
    /// <param name="reason">Which, and why.</param>
    /// <returns><see cref="CudaResult.InvalidValue"/>.</returns>
    internal CudaResult Invalid(string reason) => Refuse(CudaResult.InvalidValue, reason);

    /// <summary>Answers that a handle names nothing in the current context.</summary>
    /// <param name="what">What it should name.</param>
    /// <returns><see cref="CudaResult.InvalidHandle"/>.</returns>
    internal CudaResult NoSuch(string what) =>
        Refuse(CudaResult.InvalidHandle, $"The handle names no {what} of the current context: never made, destroyed, or of another one.");

    /// <summary>Refuses where a capture forbids the call, and breaks that capture as a driver does.</summary>
    /// <returns>Whether the call is refused.</returns>
    internal bool IsForbiddenByCapture()
    {
        CaptureSession? session = Instance.ForbiddingCapture();
        if (session is null) return false;
        session.Invalidate();
        Refuse(CudaResult.StreamCaptureUnsupported, $"A capture in mode {session.Mode} forbids the call; the capture is broken now.");
        return true;
    }

    /// <summary>Refuses work that the stream cannot take now: its capture is broken, or it is the default stream and another one
    /// captures.</summary>
    /// <param name="stream">The stream.</param>
    /// <returns>Whether the call is refused.</returns>
    internal bool IsRefusedBy(EmulatedStream stream)
    {
        if (stream.Capture is { } own)
        {
            if (!own.IsInvalid) return false;
            Refuse(CudaResult.StreamCaptureInvalidated, "An earlier call broke the capture that the stream takes part in.");
            return true;
        }

        if (!stream.IsLegacy || Instance.Captures.Count == 0) return false;
        foreach (CaptureSession session in Instance.Captures)
        {
            if (session.Origin.Context != Context || !session.HasBlockingStream) continue;
            session.Invalidate();
            Refuse(
                CudaResult.StreamCaptureImplicit,
                "Work in the legacy default stream would wait for a stream that is capturing; the capture is broken now.");
            return true;
        }

        return false;
    }

    /// <summary>Waits for a launch that hangs, without the lock, and then loses the context.</summary>
    /// <returns>Whether there was one, so that the call must answer <see cref="Result"/>.</returns>
    internal bool WaitForHang()
    {
        TimeSpan left = Context.HangTimeLeft();
        if (left < TimeSpan.Zero) return false;
        EmulatedCuda instance = Instance;
        instance.Gate.Exit();
        Thread.Sleep(left);
        instance.Gate.Enter();
        Context.EndHang();
        Result = Context.ReadLoss();
        return true;
    }

    private static DriverCall Take(string function)
    {
        DriverCall call = _spare ?? new DriverCall();
        _spare = null;
        call._function = function;
        call.Result = CudaResult.Success;
        call.Planned = 0;
        return call;
    }

    private void StartAnywhere(bool needsInit)
    {
        EmulatedCuda? instance = EmulatedCuda.Resolve(_function);
        if (instance is null)
        {
            Result = CudaResult.NotInitialized;
            return;
        }

        Start(instance);
        if (Result == CudaResult.Success && needsInit && !instance.IsInitialised)
        {
            Refuse(CudaResult.NotInitialized, "cuInit has not been called.");
        }
    }

    private void Start(EmulatedCuda instance)
    {
        Instance = instance;
        instance.Gate.Enter();
        _locked = true;
        instance.Ledger.Count(_function);

        // A library's function that begins as a call of the driver has codes of its own, which a failure of any driver call is not.
        Planned = instance.Faults.TakeFailure(_function, !_function.StartsWith("cublas", StringComparison.Ordinal));
        if (Planned != 0) Refuse((CudaResult)Planned, "This failure was planned.");
    }

    private void Bind(EmulatedContext context)
    {
        Context = context;
        if (!context.IsAlive)
        {
            Refuse(CudaResult.ContextIsDestroyed, "The current context has been destroyed.");
            return;
        }

        if (context.HangTimeLeft() == TimeSpan.Zero) context.EndHang();
        Result = context.ReadLoss();
    }
}
