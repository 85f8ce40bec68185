using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sam.Emulator.Execution;

/// <summary>One launch, and the places in which its blocks run. Used again for launches of the same shape.</summary>
internal sealed unsafe class Launch
{
    /// <summary>Blocks of a launch that is not cooperative which one thread keeps going when they wait for others.</summary>
    private const int MaxResident = 128;

    private static long launches;

    private readonly Worker[] workers;
    private readonly ManualResetEventSlim done = new(true);
    private long nextBlock;
    private long epochs;
    private long deadline;
    private int running;
    private DeviceFaultException? fault;
    private Exception? failure;

    public Launch(KernelImage image, Dim3 grid, Dim3 shape, int dynamicSharedBytes, GlobalMemory memory, ExecutionOptions options)
    {
        Image = image;
        Grid = grid;
        Shape = shape;
        DynamicSharedBytes = dynamicSharedBytes;
        Memory = memory;
        Options = options;
        SharedBytes = image.Kernel.DynamicSharedOffset + dynamicSharedBytes;
        LocalBytes = image.Kernel.HasUnboundedCalls ? image.Kernel.LocalBytesPerThread + options.StackBytes
            : image.Kernel.LocalBytesPerThread;
        ParameterBytes = image.Kernel.ParameterBytes;
        Parameters = (byte*)NativeMemory.AlignedAlloc((nuint)ParameterBytes + 64, 64);
        Races = (options.Checks & CheckSet.GlobalRaces) != 0 ? new Checks.GlobalRaces() : null;
        workers = new Worker[Math.Max(1, options.Threads)];
        for (int k = 0; k < workers.Length; k++)
        {
            workers[k] = new Worker(this);
        }
    }

    public KernelImage Image { get; }

    public Dim3 Grid { get; private set; }

    public Dim3 Shape { get; }

    public int DynamicSharedBytes { get; }

    public int SharedBytes { get; }

    public int LocalBytes { get; }

    public GlobalMemory Memory { get; }

    public ExecutionOptions Options { get; }

    public byte* Parameters { get; }

    public int ParameterBytes { get; }

    public long Number { get; private set; }

    public TextWriter? Printf { get; private set; }

    /// <summary>What all blocks of the launch share to find races on global memory.</summary>
    public Checks.GlobalRaces? Races { get; }

    /// <summary>Whether launches of a given shape can use this one's places.</summary>
    public bool Fits(Dim3 shape, int dynamicSharedBytes, GlobalMemory memory, ExecutionOptions options) =>
        Shape == shape && DynamicSharedBytes == dynamicSharedBytes && Memory == memory && Options.Equals(options);

    /// <summary>Runs all blocks.</summary>
    public void Run(Dim3 grid, ReadOnlySpan<byte> parameters, KernelCounters counters, TextWriter? printf, bool cooperative)
    {
        Grid = grid;
        Printf = printf;
        Number = Interlocked.Increment(ref launches);
        parameters[..ParameterBytes].CopyTo(new Span<byte>(Parameters, ParameterBytes));
        nextBlock = 0;
        fault = null;
        failure = null;
        deadline = Options.TimeLimit is TimeSpan limit ? Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency)
            : long.MaxValue;
        Races?.Start(grid.Count);
        int count = (int)Math.Min(workers.Length, grid.Count);
        running = count;
        if (count > 1)
        {
            done.Reset();
            for (int k = 1; k < count; k++)
            {
                workers[k].Start(cooperative);
                ThreadPool.UnsafeQueueUserWorkItem(workers[k], false);
            }
        }

        workers[0].Start(cooperative);
        workers[0].Execute();
        if (count > 1)
        {
            // Shares that no thread has come to yet are done here, so that a busy pool holds nothing up.
            for (int k = 1; k < count; k++)
            {
                workers[k].Execute();
            }

            done.Wait();
        }

        counters.Launches++;
        for (int k = 0; k < count; k++)
        {
            counters.Add(workers[k].Counters);
            workers[k].Counters.Clear();
        }

        Printf = null;
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        if (fault is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }
    }

    public long NextEpoch() => Interlocked.Increment(ref epochs);

    /// <summary>Ends the launch when its time is over or another block is at fault.</summary>
    public void CheckTime(Block block)
    {
        if (deadline != long.MaxValue && Stopwatch.GetTimestamp() > deadline)
        {
            throw block.Fault(block.Warps[0], DeviceFaultKind.TimeLimit, 0, $"the launch ran longer than {Options.TimeLimit}");
        }

        if (Volatile.Read(ref fault) is not null || Volatile.Read(ref failure) is not null)
        {
            throw new OperationCanceledException();
        }
    }

    public void Release()
    {
        foreach (Worker worker in workers)
        {
            worker.Release();
        }

        Races?.Release();
        NativeMemory.AlignedFree(Parameters);
    }

    private bool TakeBlock(out long linear)
    {
        long k = Interlocked.Increment(ref nextBlock) - 1;
        linear = 0;
        if (k >= Grid.Count)
        {
            return false;
        }

        linear = Schedule.Place(Options.Order, Options.OrderSeed, k, Grid.Count);
        return true;
    }

    /// <summary>A thread's share of a launch.</summary>
    private sealed class Worker(Launch launch) : IThreadPoolWorkItem
    {
        private readonly Stack<Block> spare = new();
        private readonly Queue<Block> waiting = new();
        private bool cooperative;
        private int isOpen;

        public KernelCounters Counters { get; } = new();

        /// <summary>Offers the share to whichever thread comes first.</summary>
        public void Start(bool isCooperative)
        {
            cooperative = isCooperative;
            Volatile.Write(ref isOpen, 1);
        }

        public void Execute()
        {
            if (Interlocked.Exchange(ref isOpen, 0) == 0)
            {
                return;
            }

            try
            {
                RunBlocks();
            }
            catch (DeviceFaultException found)
            {
                Interlocked.CompareExchange(ref launch.fault, found, null);
            }
            catch (OperationCanceledException)
            {
                // Another block is at fault, which is reported for the launch.
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref launch.failure, exception, null);
            }
            finally
            {
                while (waiting.TryDequeue(out Block? block))
                {
                    spare.Push(block);
                }

                if (Interlocked.Decrement(ref launch.running) == 0)
                {
                    launch.done.Set();
                }
            }
        }

        public void Release()
        {
            foreach (Block block in spare)
            {
                block.Release();
            }

            spare.Clear();
        }

        private void RunBlocks()
        {
            while (true)
            {
                bool mayStart = cooperative || waiting.Count < MaxResident;
                if (mayStart && launch.TakeBlock(out long linear))
                {
                    if (!spare.TryPop(out Block? fresh))
                    {
                        fresh = new Block(launch, Counters);
                    }

                    fresh.Start(linear);
                    Turn(fresh);
                }
                else if (waiting.TryDequeue(out Block? block))
                {
                    Turn(block);
                    if (launch.workers.Length > 1)
                    {
                        Thread.Yield();
                    }
                }
                else
                {
                    return;
                }
            }
        }

        private void Turn(Block block)
        {
            bool finished = false;
            try
            {
                finished = block.Run() == BlockState.Finished;
            }
            finally
            {
                // A block at fault is given back too; it starts anew.
                if (finished)
                {
                    spare.Push(block);
                }
                else
                {
                    waiting.Enqueue(block);
                }
            }
        }
    }
}
