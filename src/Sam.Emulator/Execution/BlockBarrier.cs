namespace Sam.Emulator.Execution;

/// <summary>What a barrier of a block hands back.</summary>
internal static class BarrierResult
{
    /// <summary>Nothing.</summary>
    public const int None = 0;

    /// <summary>The number of threads whose predicate held.</summary>
    public const int Count = 1;

    /// <summary>Whether the predicate held for all.</summary>
    public const int All = 2;

    /// <summary>Whether it held for any.</summary>
    public const int Any = 3;
}

/// <summary>One of the 16 barriers of a block.</summary>
internal sealed unsafe class BlockBarrier
{
    /// <summary>The threads that are there; whole warps count 32 when the barrier names a number of threads.</summary>
    public int Arrived;

    /// <summary>The number of threads that the barrier waits for; 0 for all that have not ended.</summary>
    public int Expected;

    /// <summary>The threads that are there and bring a predicate.</summary>
    public int Voters;

    /// <summary>Those of them whose predicate holds.</summary>
    public int Votes;

    /// <summary>The instruction at which the first thread arrived; null when nobody did.</summary>
    public Instruction* Site;

    /// <summary>The warps that are there, one bit each.</summary>
    public uint Warps;

    public void Clear()
    {
        Arrived = Expected = Voters = Votes = 0;
        Site = null;
        Warps = 0;
    }

    /// <summary>Stores what a reduction gave for the lanes of a fragment.</summary>
    public void StoreResult(Instruction* i, Fragment fragment)
    {
        int kind = i->Mode & 3;
        if (kind == BarrierResult.None)
        {
            return;
        }

        if (kind == BarrierResult.Count)
        {
            uint* d = (uint*)(fragment.Frame.Memory + i->D);
            for (int lane = 0; lane < Lane.Count; lane++)
            {
                if ((fragment.Mask >> lane & 1) != 0)
                {
                    d[lane] = (uint)Votes;
                }
            }

            return;
        }

        bool holds = kind == BarrierResult.All ? Votes == Voters : Votes != 0;
        uint* p = (uint*)(fragment.Frame.Memory + i->D);
        *p = holds ? *p | fragment.Mask : *p & ~fragment.Mask;
    }
}
