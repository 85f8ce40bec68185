using Sam.Native.Cuda;

namespace Sam.Emulator;

internal sealed partial class EmulatedContext
{
    private readonly KernelCounters _scratch = new();

    /// <summary>Runs a kernel to its end. Its shape has been checked. A fault loses the context, as on a device.</summary>
    /// <param name="stream">The stream that counts it.</param>
    /// <param name="function">The kernel.</param>
    /// <param name="launch">Its shape.</param>
    /// <param name="parameters">The argument block.</param>
    internal void RunKernel(EmulatedStream stream, EmulatedFunction function, in KernelLaunch launch, ReadOnlySpan<byte> parameters)
    {
        if (Loss != CudaResult.Success || stream.IsHung) return;
        Instance.Ledger.KernelRuns++;
        if (Instance.Faults.TakeHang() is { } limit)
        {
            Hang(stream, limit);
            return;
        }

        _scratch.Clear();
        try
        {
            EmulatedCudaOptions options = Instance.Options;
            if (options.CompareOrders.Count == 0) Execute(function, launch, parameters, Device.Execution, _scratch, options.Printf);
            else CompareOrders(function, launch, parameters);
        }
        catch (DeviceFaultException fault)
        {
            Instance.Report(new Finding(FindingKind.Kernel, fault.Message, fault));
            Lose(CodeOf(fault.Kind), fault.Message);
        }
        catch (Exception failure)
        {
            string text = $"The emulator failed in kernel {function.Kernel.Name}: {failure}";
            Instance.Report(new Finding(FindingKind.Internal, text));
            Lose(CudaResult.Unknown, text);
        }

        Count(stream, function.Counters);
    }

    /// <summary>Counts an operation of a library as one run of a kernel.</summary>
    /// <param name="stream">The stream that it ran in.</param>
    /// <param name="counters">The sums of the operation's name.</param>
    /// <param name="loadedBytes">Bytes that it read.</param>
    /// <param name="storedBytes">Bytes that it wrote.</param>
    internal void CountLibraryRun(EmulatedStream stream, KernelCounters counters, long loadedBytes, long storedBytes)
    {
        Instance.Ledger.KernelRuns++;
        _scratch.Clear();
        _scratch.GlobalLoadBytes = loadedBytes;
        _scratch.GlobalStoreBytes = storedBytes;
        _scratch.GlobalLoadSectors = (loadedBytes + 31) / 32;
        _scratch.GlobalStoreSectors = (storedBytes + 31) / 32;
        Count(stream, counters);
    }

    internal static CudaResult CodeOf(DeviceFaultKind kind) => kind switch
    {
        DeviceFaultKind.OutOfBounds or DeviceFaultKind.UseAfterFree => CudaResult.IllegalAddress,
        DeviceFaultKind.Misaligned => CudaResult.MisalignedAddress,
        DeviceFaultKind.Assert => CudaResult.Assert,
        DeviceFaultKind.StackOverflow => CudaResult.HardwareStackError,
        DeviceFaultKind.InvalidFunction => CudaResult.InvalidPc,
        DeviceFaultKind.TimeLimit or DeviceFaultKind.Deadlock => CudaResult.LaunchTimeout,
        _ => CudaResult.LaunchFailed,
    };

    private void Execute(
        EmulatedFunction function,
        in KernelLaunch launch,
        ReadOnlySpan<byte> parameters,
        ExecutionOptions options,
        KernelCounters counters,
        TextWriter? printf) => KernelExecutor.Launch(
            function.Module.Loaded,
            function.Kernel,
            launch.Grid,
            launch.Block,
            launch.SharedBytes,
            parameters,
            Device.Memory,
            options,
            counters,
            printf,
            launch.IsCooperative);

    // The first run counts and prints; the others only have to leave the same bytes behind.
    private void CompareOrders(EmulatedFunction function, in KernelLaunch launch, ReadOnlySpan<byte> parameters)
    {
        using MemoryImage before = new(Device.Memory);
        Execute(function, launch, parameters, Device.Execution, _scratch, Instance.Options.Printf);
        using MemoryImage after = new(Device.Memory);
        foreach (ScheduleOrder order in Instance.Options.CompareOrders)
        {
            before.Restore();
            Execute(function, launch, parameters, Device.Execution with { Order = order }, new KernelCounters(), null);
            string? difference = after.Difference();
            if (difference is null) continue;
            Instance.Report(new Finding(
                FindingKind.OrderDependence,
                $"Kernel {function.Kernel.Name} over grid {launch.Grid}, block {launch.Block} depends on the order of its threads:"
                + $" {Device.Execution.Order} and {order} differ {difference}."));
            break;
        }

        after.Restore();
    }

    private void Count(EmulatedStream stream, KernelCounters kernel)
    {
        _scratch.Launches = 1;
        kernel.Add(_scratch);
        stream.Counters.Add(_scratch);
    }
}
