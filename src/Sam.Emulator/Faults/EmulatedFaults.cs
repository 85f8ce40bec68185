using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>Failures on demand: calls that answer an error, memory that runs out, launches that never end.</summary>
/// <remarks>Thread-safe. A planned failure happens once and is then forgotten; <see cref="MemoryLimitBytes"/> stays until it is
/// changed.</remarks>
/// <example>
/// <code>
/// cuda.Faults.FailCall("cuMemAlloc_v2", 2, CudaResult.OutOfMemory);   // the second allocation from now on
/// cuda.Faults.FailCall(EmulatedFaults.AnyFunction, 17, CudaResult.Unknown);
/// </code>
/// </example>
public sealed class EmulatedFaults
{
    /// <summary>Stands for every function in <see cref="FailCall(string, int, CudaResult)"/>.</summary>
    public const string AnyFunction = "*";

    private readonly Lock _gate = new();
    private readonly List<PlannedFailure> _failures = [];
    private readonly List<PlannedHang> _hangs = [];
    private volatile bool _armed;

    internal EmulatedFaults()
    {
    }

    /// <summary>Bytes of device memory in use beyond which allocations fail with <see cref="CudaResult.OutOfMemory"/>; null for the
    /// device's own size.</summary>
    public long? MemoryLimitBytes { get; set; }

    /// <summary>Planned failures and hangs that have not happened yet.</summary>
    public int PendingCount
    {
        get
        {
            lock (_gate) return _failures.Count + _hangs.Count;
        }
    }

    /// <summary>Lets a call of the driver fail. The call does nothing but answer the code.</summary>
    /// <param name="function">The C name with its version, such as <c>cuMemAlloc_v2</c>, or <see cref="AnyFunction"/> for any driver
    /// call.</param>
    /// <param name="call">Which call from now on, counted from 1.</param>
    /// <param name="code">What it answers.</param>
    /// <exception cref="ArgumentException">The function is not one of the driver's, or the code is success.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of the call is below 1.</exception>
    public void FailCall(string function, int call, CudaResult code)
    {
        if (code == CudaResult.Success) throw new ArgumentException("A failing call cannot answer success.", nameof(code));
        if (function != AnyFunction && DriverFunctions.Find(function) == 0)
        {
            throw new ArgumentException($"The driver has no function '{function}'; exact versioned names are needed.", nameof(function));
        }

        Plan(function, call, (int)code);
    }

    /// <summary>Lets a call of cuBLAS fail. The call does nothing but answer the code.</summary>
    /// <param name="function">The C name with its version, such as <c>cublasSgemm_v2</c>.</param>
    /// <param name="call">Which call from now on, counted from 1.</param>
    /// <param name="code">What it answers.</param>
    /// <exception cref="ArgumentException">The function is not one of cuBLAS's, or the code is success.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of the call is below 1.</exception>
    public void FailCall(string function, int call, CublasStatus code)
    {
        if (code == CublasStatus.Success) throw new ArgumentException("A failing call cannot answer success.", nameof(code));
        if (CublasFunctions.Find(function) == 0)
        {
            throw new ArgumentException($"cuBLAS has no function '{function}' here; exact versioned names are needed.", nameof(function));
        }

        Plan(function, call, (int)code);
    }

    /// <summary>Lets a kernel launch hang: the launch call succeeds, the kernel never ends, and waits for it answer
    /// <see cref="CudaResult.LaunchTimeout"/> once the limit is over; the context is then lost.</summary>
    /// <param name="launch">Which launch from now on, counted from 1.</param>
    /// <param name="timeLimit">How long the device lets it run.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of the launch is below 1, or the limit is negative.</exception>
    public void HangLaunch(int launch, TimeSpan timeLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(launch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeLimit, TimeSpan.Zero);
        lock (_gate)
        {
            _hangs.Add(new PlannedHang(timeLimit) { Remaining = launch });
            _armed = true;
        }
    }

    /// <summary>Forgets every planned failure and hang, and the memory limit.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _failures.Clear();
            _hangs.Clear();
            _armed = false;
            MemoryLimitBytes = null;
        }
    }

    /// <summary>Whether a call must fail now. Counts the call.</summary>
    /// <param name="function">The C name of the function that is called.</param>
    /// <param name="isDriver">Whether it is the driver's, which <see cref="AnyFunction"/> stands for.</param>
    /// <returns>The code to answer; 0 for none.</returns>
    internal int TakeFailure(string function, bool isDriver)
    {
        if (!_armed) return 0;
        lock (_gate)
        {
            int code = 0;
            for (int i = _failures.Count - 1; i >= 0; i--)
            {
                PlannedFailure failure = _failures[i];
                bool matches = failure.Function == function || (isDriver && failure.Function == AnyFunction);
                if (!matches || --failure.Remaining > 0) continue;
                code = failure.Code;
                _failures.RemoveAt(i);
            }

            Rearm();
            return code;
        }
    }

    /// <summary>Whether a launch must hang. Counts the launch.</summary>
    /// <returns>The time limit; null where it runs as usual.</returns>
    internal TimeSpan? TakeHang()
    {
        if (!_armed) return null;
        lock (_gate)
        {
            TimeSpan? limit = null;
            for (int i = _hangs.Count - 1; i >= 0; i--)
            {
                if (--_hangs[i].Remaining > 0) continue;
                limit = _hangs[i].TimeLimit;
                _hangs.RemoveAt(i);
            }

            Rearm();
            return limit;
        }
    }

    private void Plan(string function, int call, int code)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(call, 1);
        lock (_gate)
        {
            _failures.Add(new PlannedFailure(function, code) { Remaining = call });
            _armed = true;
        }
    }

    private void Rearm() => _armed = _failures.Count + _hangs.Count > 0;

    private sealed class PlannedFailure(string function, int code)
    {
        public string Function { get; } = function;

        public int Code { get; } = code;

        public int Remaining { get; set; }
    }

    private sealed class PlannedHang(TimeSpan timeLimit)
    {
        public TimeSpan TimeLimit { get; } = timeLimit;

        public int Remaining { get; set; }
    }
}
