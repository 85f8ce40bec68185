using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sam.Emulator.Execution.Accesses;

namespace Sam.Emulator.Execution;

/// <summary>Why a warp stopped running.</summary>
internal enum WarpState
{
    /// <summary>Its turn is over; it can go on.</summary>
    Ready,

    /// <summary>It waits for the other warps of the block.</summary>
    Blocked,

    /// <summary>All its lanes have ended.</summary>
    Finished,
}

/// <summary>A warp: 32 lanes that run in lock-step where they can, split in fragments where they cannot.</summary>
/// <remarks>The fragment that runs is unpacked into the fields; the others wait in a list. Lanes that part at a branch meet again at its
/// immediate post-dominator. A fragment that keeps polling memory while others wait for it there lets them go on, so that a lock held by a
/// waiting lane is released in the end.</remarks>
internal sealed unsafe partial class Warp
{
    /// <summary>Polls of memory by one fragment after which lanes that wait for it are let go.</summary>
    private const int PatienceWithPolling = 64;

    private readonly List<Fragment> fragments = new(Lane.Count);
    private readonly Stack<Fragment> spareFragments = new();
    private readonly Stack<Frame>?[] pool;
    private readonly List<Frame> made = [];
    private Convergence? top;
    private int topPc = -1;
    private bool hasCurrent;
    private bool interrupted;
    private int polls;

    public Warp(Block block, int index)
    {
        Block = block;
        Index = index;
        Addresses = (ulong*)NativeMemory.AlignedAlloc(Lane.Wide, 64);
        pool = new Stack<Frame>?[block.Image.Functions.Count];
    }

    /// <summary>The block it belongs to.</summary>
    public Block Block { get; }

    /// <summary>Its number in the block.</summary>
    public int Index { get; }

    /// <summary>The frame of the running fragment.</summary>
    public byte* Frame;

    /// <summary>The lanes that carry out the instruction: the active ones whose guard holds.</summary>
    public uint Mask;

    /// <summary>The lanes of the running fragment.</summary>
    public uint Active;

    /// <summary>The lanes that have not ended.</summary>
    public uint Live;

    /// <summary>The instruction after the one that runs.</summary>
    public int Pc;

    /// <summary>The carry of each lane.</summary>
    public uint Carry;

    /// <summary>Room for the address of each lane.</summary>
    public ulong* Addresses;

    /// <summary>The copies to shared memory that are under way.</summary>
    public CopyQueue Copies { get; } = new();

    /// <summary>The frame object of the running fragment.</summary>
    public Frame CurrentFrame = null!;

    /// <summary>Whether the turn ended early because the warp polls memory.</summary>
    public bool IsPolling { get; private set; }

    /// <summary>Instructions until the turn ends.</summary>
    private long budget;

    /// <summary>Starts the warp anew at the first instruction of the kernel.</summary>
    public void Start(uint live)
    {
        placesUsed = 0;
        Reset();
        Frame frame = TakeFrame(Block.Image.Entry, 0);
        Live = Active = live;
        frame.Live = live;
        Pc = 0;
        Carry = 0;
        SetFrame(frame);
        SetTop(null);
        hasCurrent = true;
        polls = 0;
        Copies.Clear();
    }

    /// <summary>Whether some lanes wait for nothing.</summary>
    public bool CanRun => hasCurrent || fragments.Exists(static f => f.Wait == Wait.None);

    /// <summary>Runs until the turn is over, all lanes wait, or all have ended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public WarpState Run(long turn)
    {
        budget = turn;
        IsPolling = false;
        KernelCounters counters = Block.Counters;
        long issued = 0;
        long lanes = 0;
        try
        {
            while (true)
            {
                if (!hasCurrent && !PickFragment())
                {
                    return Live == 0 ? WarpState.Finished : WarpState.Blocked;
                }

                interrupted = false;
                Instruction* code = CurrentFrame.Function.Code;
                byte* frame = Frame;
                while (!interrupted)
                {
                    if (Pc == topPc && CurrentFrame == top!.Frame)
                    {
                        Arrive();
                        break;
                    }

                    Instruction* i = code + Pc;
                    uint mask = Active;
                    if (i->Guard >= 0)
                    {
                        mask &= *(uint*)(frame + i->Guard) ^ i->GuardFlip;
                    }

                    issued++;
                    Pc++;
                    if (mask != 0)
                    {
                        lanes += BitOperations.PopCount(mask);
                        Mask = mask;
                        i->Execute(this, i);
                    }

                    if (--budget <= 0)
                    {
                        EndTurn();
                        return WarpState.Ready;
                    }
                }
            }
        }
        finally
        {
            counters.Instructions += issued;
            counters.LaneInstructions += lanes;
        }
    }

    /// <summary>Ends the running instruction's hold on the loop: frame, mask or program counter changed.</summary>
    public void Interrupt() => interrupted = true;

    /// <summary>Notes a poll of memory that other lanes or warps may have to answer.</summary>
    public void NotePoll()
    {
        if (++polls >= PatienceWithPolling)
        {
            polls = 0;
            IsPolling = true;
            budget = 0;
        }
    }

    public void Release()
    {
        made.ForEach(static frame => frame.Release());
        NativeMemory.AlignedFree(Addresses);
    }

    private void Reset()
    {
        hasCurrent = false;
        fragments.Clear();
        SetTop(null);
        foreach (Stack<Frame>? frames in pool)
        {
            frames?.Clear();
        }

        foreach (Frame frame in made)
        {
            ReturnFrame(frame);
        }
    }

    private void SetFrame(Frame frame)
    {
        CurrentFrame = frame;
        Frame = frame.Memory;
    }

    private void SetTop(Convergence? convergence)
    {
        top = convergence;
        topPc = convergence?.Pc ?? -1;
    }

    private void EndTurn()
    {
        if (IsPolling)
        {
            ReleaseWaiting();
        }

        // Hand over to another fragment that can run; this one goes to the end of the line.
        if (hasCurrent && fragments.Exists(static f => f.Wait == Wait.None))
        {
            Fragment mine = TakeSpare();
            Store(mine);
            fragments.Insert(0, mine);
            hasCurrent = false;
        }
    }

    private Fragment TakeSpare() => spareFragments.TryPop(out Fragment? spare) ? spare : new Fragment();

    private void Store(Fragment fragment)
    {
        fragment.Mask = Active;
        fragment.Pc = Pc;
        fragment.Frame = CurrentFrame;
        fragment.Top = top;
        fragment.Wait = Wait.None;
    }

    private void Load(Fragment fragment)
    {
        Active = fragment.Mask;
        Pc = fragment.Pc;
        SetFrame(fragment.Frame);
        SetTop(fragment.Top);
        hasCurrent = true;
        spareFragments.Push(fragment);
    }

    private void AddFragment(uint mask, int pc, Frame frame, Convergence? convergence)
    {
        Fragment fragment = TakeSpare();
        fragment.Mask = mask;
        fragment.Pc = pc;
        fragment.Frame = frame;
        fragment.Top = convergence;
        fragment.Wait = Wait.None;
        fragments.Add(fragment);
    }

    private bool PickFragment()
    {
        while (true)
        {
            for (int k = fragments.Count - 1; k >= 0; k--)
            {
                if (fragments[k].Wait == Wait.None)
                {
                    Fragment picked = fragments[k];
                    fragments.RemoveAt(k);
                    Load(picked);
                    MergeTwins();
                    return true;
                }
            }

            Block.Checker?.OnStuck(this, fragments);

            // Nobody can run: lanes that wait for others to reconverge may be the ones that those wait for.
            if (!ReleaseWaiting() && !ResolveWarpWaits())
            {
                return false;
            }
        }
    }

    /// <summary>Joins fragments that can run at the very place of the running one.</summary>
    private void MergeTwins()
    {
        for (int k = fragments.Count - 1; k >= 0; k--)
        {
            Fragment other = fragments[k];
            if (other.Wait == Wait.None && other.Pc == Pc && other.Frame == CurrentFrame && other.Top == top)
            {
                Active |= other.Mask;
                fragments.RemoveAt(k);
                spareFragments.Push(other);
            }
        }
    }
}
