using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Sam.Native.Cpu;

/// <summary>A fixed team of threads that runs the parts of a job: the caller and Threads - 1 background workers.</summary>
/// <remarks>
/// <para>Each worker begins with an even run of parts, the same in every job of as many parts: what it wrote in one job it finds in its
/// own cache in the next. Parts are claimed one at a time by compare-and-swap on one word of each run of parts (run number, parts left);
/// a worker that is done takes the others' parts. So a worker that wakes late finds either a part to do or nothing: no run ever waits
/// for a sleeping worker. Idle workers spin for half a millisecond, longer than what a step does between two dispatches, then park. A
/// run allocates nothing.</para>
/// <para>Runs from several threads follow one another. A run from inside a part of the same team is done inline by that worker, with
/// that worker's scratch. The first exception of a part reaches the caller after every worker has left the job; parts not yet begun
/// are dropped, and the team stays usable. Cost of a run with spinning workers: about a microsecond.</para>
/// <para>The team must be disposed: its threads keep it alive.</para>
/// </remarks>
internal sealed unsafe class WorkerTeam : IDisposable
{
    /// <summary>Bytes of scratch memory of each worker, 64-byte aligned and touched only when used.</summary>
    public const int ScratchBytes = 4 << 20;

    private const int SpinMicroseconds = 500;
    private const int OversubscribedSpinMicroseconds = 2;

    [ThreadStatic]
    private static WorkerTeam? t_team;

    [ThreadStatic]
    private static int t_worker;

    private readonly Lock _gate = new();
    private readonly Thread[] _workers;
    private readonly AutoResetEvent[] _wake;
    private readonly AutoResetEvent _done = new(false);
    private readonly long _spinTicks;
    private byte* _scratch;
    private bool _disposed;

    // Written by the caller before the tickets are published; stable while any part of the run is unfinished.
    private void* _job;
    private delegate*<void*, int, int, void> _invoke;
    private int _parts;
    private uint _run;
    private ExceptionDispatchInfo? _fault;
    private Shared _shared;
    private readonly PaddedFlag[] _parked;

    // For each worker the run number in the upper half, in the lower one the parts of its share that nobody has claimed.
    private readonly PaddedTicket[] _tickets;

    /// <summary>Starts the team.</summary>
    /// <param name="threads">Threads that work on a job, the caller included; at least 1. More than the machine has cores is allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not in [1, 1024].</exception>
    public WorkerTeam(int threads)
    {
        if (threads is < 1 or > 1024)
        {
            throw new ArgumentOutOfRangeException(nameof(threads), threads, "A team has between 1 and 1024 threads.");
        }

        Threads = threads;
        int spin = threads > Environment.ProcessorCount ? OversubscribedSpinMicroseconds : SpinMicroseconds;
        _spinTicks = Stopwatch.Frequency * spin / 1_000_000;
        _scratch = (byte*)NativeMemory.AlignedAlloc((nuint)threads * ScratchBytes, 64);
        _workers = new Thread[threads - 1];
        _wake = new AutoResetEvent[threads - 1];
        _parked = new PaddedFlag[threads];
        _tickets = new PaddedTicket[threads];
        for (int i = 0; i < _workers.Length; i++)
        {
            _wake[i] = new AutoResetEvent(false);
            int worker = i + 1;
            _workers[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"Sam worker {worker} of {threads}" };
        }

        foreach (Thread thread in _workers)
        {
            thread.Start();
        }
    }

    /// <summary>Threads that work on a job, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Scratch memory of a worker: <see cref="ScratchBytes"/> bytes, 64-byte aligned, contents undefined.</summary>
    /// <param name="worker">Number of the worker, in [0, Threads); a part uses only its own worker's.</param>
    /// <returns>The first byte.</returns>
    public byte* Scratch(int worker)
    {
        Debug.Assert((uint)worker < (uint)Threads, "A worker number is in [0, Threads).");
        return _scratch + ((nint)worker * ScratchBytes);
    }

    /// <summary>Runs every part of a job once, in any order, and returns when all are done.</summary>
    /// <typeparam name="TJob">The job's struct.</typeparam>
    /// <param name="parts">Number of parts; 0 does nothing.</param>
    /// <param name="job">The job, shared by all workers until the call returns.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parts"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The team was disposed.</exception>
    public void Run<TJob>(int parts, ref TJob job)
        where TJob : unmanaged, ITeamJob
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parts);
        if (t_team == this)
        {
            int self = t_worker;
            for (int part = 0; part < parts; part++)
            {
                job.Invoke(part, self);
            }

            return;
        }

        _gate.Enter();
        WorkerTeam? outerTeam = t_team;
        int outerWorker = t_worker;
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            t_team = this;
            t_worker = 0;
            if (parts <= 1 || Threads == 1)
            {
                for (int part = 0; part < parts; part++)
                {
                    job.Invoke(part, 0);
                }
            }
            else
            {
                fixed (TJob* pinned = &job)
                {
                    Dispatch(parts, pinned, &InvokePart<TJob>);
                }
            }
        }
        finally
        {
            t_team = outerTeam;
            t_worker = outerWorker;
            _gate.Exit();
        }
    }

    /// <summary>Runs every part of a job on the calling thread, in order: for work that is too small to share.</summary>
    /// <typeparam name="TJob">The job's struct.</typeparam>
    /// <param name="parts">Number of parts; 0 does nothing.</param>
    /// <param name="job">The job.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parts"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The team was disposed.</exception>
    public void RunAlone<TJob>(int parts, ref TJob job)
        where TJob : unmanaged, ITeamJob
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parts);
        fixed (TJob* pinned = &job)
        {
            SerialJob<TJob> serial = new() { Job = pinned, Parts = parts };
            Run(1, ref serial);
        }
    }

    /// <summary>Stops the workers, waits for them and frees the scratch memory; later calls do nothing.</summary>
    /// <exception cref="InvalidOperationException">The call comes from inside a part of this team.</exception>
    public void Dispose()
    {
        if (t_team == this)
        {
            throw new InvalidOperationException("A worker team cannot be disposed from inside one of its own parts.");
        }

        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            Volatile.Write(ref _shared.Stop, 1);
            for (int i = 0; i < _workers.Length; i++)
            {
                _wake[i].Set();
            }

            for (int i = 0; i < _workers.Length; i++)
            {
                _workers[i].Join();
                _wake[i].Dispose();
            }

            _done.Dispose();
            NativeMemory.AlignedFree(_scratch);
            _scratch = null;
        }
    }

    private static void InvokePart<TJob>(void* job, int part, int worker)
        where TJob : unmanaged, ITeamJob => ((TJob*)job)->Invoke(part, worker);

    private void Dispatch(int parts, void* job, delegate*<void*, int, int, void> invoke)
    {
        _job = job;
        _invoke = invoke;
        _parts = parts;
        _shared.Unfinished = parts;
        _run++;
        int shares = Math.Min(parts, Threads);
        // The exchange is a full fence: a worker that set its parked flag before it is seen below, one that sets it later sees its ticket.
        for (int i = 0; i < shares; i++)
        {
            uint count = (uint)(ShareStart(i + 1, shares) - ShareStart(i, shares));
            Interlocked.Exchange(ref _tickets[i].Value, ((ulong)_run << 32) | count);
        }

        int helpers = shares - 1;
        for (int i = 0; i < helpers; i++)
        {
            ref int parked = ref _parked[i].Value;
            if (Volatile.Read(ref parked) != 0 && Interlocked.Exchange(ref parked, 0) != 0)
            {
                _wake[i].Set();
            }
        }

        WorkOff(0);
        AwaitUnfinished();
        _job = null;
        if (_fault is not null)
        {
            ExceptionDispatchInfo fault = _fault;
            _fault = null;
            fault.Throw();
        }
    }

    private void AwaitUnfinished()
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _shared.Unfinished) != 0)
        {
            Thread.SpinWait(4);
            if (Stopwatch.GetTimestamp() - start > _spinTicks)
            {
                Park();
                return;
            }
        }
    }

    private void Park()
    {
        // A worker of an earlier run may take the flag late and wake the caller for nothing: hence the loop.
        while (Volatile.Read(ref _shared.Unfinished) != 0)
        {
            Interlocked.Exchange(ref _shared.CallerParked, 1);
            // Where the last part finished before it could see the flag, only a signal that is already on the way is waited for.
            if (Volatile.Read(ref _shared.Unfinished) != 0 || Interlocked.Exchange(ref _shared.CallerParked, 0) == 0)
            {
                _done.WaitOne();
            }
        }
    }

    /// <summary>The first part of a worker's share of the published run.</summary>
    private int ShareStart(int share, int shares) => (int)((long)_parts * share / shares);

    /// <summary>Claims and runs parts of the published run until none is left: the worker's own, then the others'.</summary>
    private void WorkOff(int worker)
    {
        for (int i = 0; i < Threads; i++)
        {
            int share = worker + i < Threads ? worker + i : worker + i - Threads;
            WorkOff(share, worker);
        }
    }

    private void WorkOff(int share, int worker)
    {
        ref ulong word = ref _tickets[share].Value;
        ulong ticket = Volatile.Read(ref word);
        while ((uint)ticket != 0)
        {
            ulong seen = Interlocked.CompareExchange(ref word, ticket - 1, ticket);
            if (seen != ticket)
            {
                ticket = seen;
                continue;
            }

            // The claimed part keeps the run, and with it the fields below, alive until it is counted as finished.
            if (Volatile.Read(ref _fault) is null)
            {
                try
                {
                    _invoke(_job, ShareStart(share + 1, Math.Min(_parts, Threads)) - (int)(uint)ticket, worker);
                }
                catch (Exception exception)
                {
                    Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(exception), null);
                }
            }

            if (Interlocked.Decrement(ref _shared.Unfinished) == 0 && worker != 0
                && Interlocked.Exchange(ref _shared.CallerParked, 0) != 0)
            {
                _done.Set();
            }

            ticket = Volatile.Read(ref word);
        }
    }

    private void Work(int worker)
    {
        t_team = this;
        t_worker = worker;
        ref int parked = ref _parked[worker - 1].Value;
        AutoResetEvent wake = _wake[worker - 1];
        while (Volatile.Read(ref _shared.Stop) == 0)
        {
            if (AwaitTicket(worker))
            {
                WorkOff(worker);
                continue;
            }

            Interlocked.Exchange(ref parked, 1);
            bool idle = (uint)Volatile.Read(ref _tickets[worker].Value) == 0 && Volatile.Read(ref _shared.Stop) == 0;
            // Where the caller took the flag down first, its signal is on the way and has to be consumed.
            if (idle || Interlocked.Exchange(ref parked, 0) == 0)
            {
                wake.WaitOne();
            }
        }
    }

    private bool AwaitTicket(int worker)
    {
        ref ulong ticket = ref _tickets[worker].Value;
        long start = Stopwatch.GetTimestamp();
        do
        {
            if ((uint)Volatile.Read(ref ticket) != 0)
            {
                return true;
            }

            Thread.SpinWait(4);
        }
        while (Stopwatch.GetTimestamp() - start < _spinTicks);
        return false;
    }

    /// <summary>All parts of a job as one.</summary>
    private struct SerialJob<TJob> : ITeamJob
        where TJob : unmanaged, ITeamJob
    {
        public TJob* Job;
        public int Parts;

        public readonly void Invoke(int part, int worker)
        {
            for (int i = 0; i < Parts; i++)
            {
                Job->Invoke(i, worker);
            }
        }
    }

    /// <summary>The words that threads contend for, each on cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Shared
    {
        [FieldOffset(128)]
        public int Unfinished;

        [FieldOffset(256)]
        public int CallerParked;

        [FieldOffset(260)]
        public int Stop;
    }

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct PaddedTicket
    {
        [FieldOffset(0)]
        public ulong Value;
    }

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct PaddedFlag
    {
        [FieldOffset(0)]
        public int Value;
    }
}
