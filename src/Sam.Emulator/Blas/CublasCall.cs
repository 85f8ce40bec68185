using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>One call of a cuBLAS function: finds the handle, takes its instance's lock, and refuses what cuBLAS refuses at once.</summary>
/// <remarks>While it lives the instance's lock is held. Each thread keeps one object for all its calls, so that a call allocates
/// nothing.</remarks>
internal sealed class CublasCall : IDisposable
{
    [ThreadStatic]
    private static CublasCall? _spare;

    private string _function = "";
    private EmulatedCuda? _locked;

    private CublasCall()
    {
    }

    /// <summary>Success, or what the call must answer.</summary>
    internal CublasStatus Status { get; private set; }

    /// <summary>The handle; null only where <see cref="Status"/> is an error.</summary>
    internal EmulatedCublas Handle { get; private set; } = null!;

    /// <summary>Begins a call.</summary>
    /// <param name="function">The C name.</param>
    /// <param name="handle">The handle that it is for.</param>
    /// <returns>The call.</returns>
    internal static CublasCall Of(string function, CublasHandle handle)
    {
        CublasCall call = _spare ?? new CublasCall();
        _spare = null;
        call._function = function;
        call.Status = CublasStatus.Success;
        if (HandleTable.Find<EmulatedCublas>(handle.Value) is not { } found)
        {
            call.Status = CublasStatus.NotInitialized;
            return call;
        }

        call.Handle = found;
        call.Start(found.Context);
        return call;
    }

    /// <summary>Ends the call.</summary>
    public void Dispose()
    {
        _locked?.Gate.Exit();
        _locked = null;
        Handle = null!;
        _spare = this;
    }

    /// <summary>Answers an error and says why.</summary>
    /// <param name="status">What the call answers.</param>
    /// <param name="reason">Why.</param>
    /// <returns>The status.</returns>
    internal CublasStatus Refuse(CublasStatus status, string reason)
    {
        Status = status;
        _locked!.Refuse(_function, (int)status, reason);
        return status;
    }

    /// <summary>Runs an operation in the handle's stream, or captures it.</summary>
    /// <typeparam name="TOperation">What it is.</typeparam>
    /// <param name="operation">Its arguments.</param>
    /// <param name="writesHost">Whether its result goes to host memory, for which the call waits.</param>
    /// <returns>Success, or why it cannot run.</returns>
    internal CublasStatus Submit<TOperation>(in TOperation operation, bool writesHost = false)
        where TOperation : struct, IBlasOperation
    {
        EmulatedStream stream = Handle.Stream;
        EmulatedCuda instance = _locked!;
        instance.Ledger.LibraryCalls++;
        if (!stream.IsAlive) return Refuse(CublasStatus.ExecutionFailed, "The handle's stream has been destroyed.");
        if (stream.Capture is { } session)
        {
            if (session.IsInvalid) return Refuse(CublasStatus.ExecutionFailed, "An earlier call broke the capture of the handle's stream.");
            if (writesHost)
            {
                session.Invalidate();
                return Refuse(
                    CublasStatus.ExecutionFailed, "A result for the host needs a wait, which a capture cannot have; set the device pointer mode.");
            }

            stream.Keep(new BlasWork<TOperation>(Handle, operation));
            return CublasStatus.Success;
        }

        if (stream.Keeps && !writesHost)
        {
            stream.Keep(new BlasWork<TOperation>(Handle, operation));
            return CublasStatus.Success;
        }

        stream.RunAll();

        if (stream.Context.Loss != CudaResult.Success || stream.IsHung) return CublasStatus.Success;
        operation.Run(Handle, stream);
        if (!writesHost) return CublasStatus.Success;
        instance.Ledger.Synchronisations++;
        instance.Ledger.DeviceToHostCopies++;
        instance.Ledger.DeviceToHostBytes += sizeof(float);
        return stream.Context.ReadLoss() == CudaResult.Success
            ? CublasStatus.Success
            : Refuse(CublasStatus.ExecutionFailed, "The operation failed on the device.");
    }

    private void Start(EmulatedContext context)
    {
        EmulatedCuda instance = context.Instance;
        instance.Gate.Enter();
        _locked = instance;
        instance.Ledger.Count(_function);
        int planned = instance.Faults.TakeFailure(_function, false);
        if (planned != 0) Refuse((CublasStatus)planned, "This failure was planned.");
        else if (context.ReadLoss() != CudaResult.Success) Refuse(CublasStatus.ExecutionFailed, $"The context is lost: {context.Loss}.");
    }
}
