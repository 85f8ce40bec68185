using System.Numerics;

namespace Sam.Emulator.Execution;

/// <summary>The block's part for its barriers.</summary>
internal sealed unsafe partial class Block
{
    /// <summary>The lanes of <see cref="Warp.Mask"/> arrive at a barrier.</summary>
    /// <param name="warp">The warp.</param>
    /// <param name="i">The instruction.</param>
    /// <param name="number">The number of the barrier.</param>
    /// <param name="threads">The number of threads it waits for; 0 for all.</param>
    /// <param name="waits">Whether the lanes wait (<c>sync</c>, <c>red</c>) or go on (<c>arrive</c>).</param>
    /// <param name="votes">The lanes whose predicate holds.</param>
    public void ArriveAt(Warp warp, Instruction* i, int number, int threads, bool waits, uint votes)
    {
        if (number < 0 || number >= barriers.Length || threads < 0 || threads % Lane.Count != 0)
        {
            throw Fault(warp, DeviceFaultKind.DivergentBarrier, BitOperations.TrailingZeroCount(warp.Mask),
                $"barrier {number} for {threads} threads; there are barriers 0 to 15, and a number of threads is a multiple of 32");
        }

        Counters.Barriers++;
        BlockBarrier barrier = barriers[number];
        Checker?.OnBarrier(warp, i, barrier, number);
        bool isWhole = warp.Mask == warp.Live;
        barrier.Expected = threads;
        barrier.Arrived += isWhole && threads != 0 ? Lane.Count : BitOperations.PopCount(warp.Mask);
        barrier.Voters += BitOperations.PopCount(warp.Mask);
        barrier.Votes += BitOperations.PopCount(votes & warp.Mask);
        barrier.Site = i;
        barrier.Warps |= 1u << warp.Index;
        if (waits)
        {
            warp.Park(warp.Pc, Wait.Barrier, (uint)number);
        }

        Complete(number);
    }

    /// <summary>Lanes of a warp have ended: barriers that waited for them need not.</summary>
    public void LanesExited(Warp warp)
    {
        int live = 0;
        foreach (Warp each in warps)
        {
            live += BitOperations.PopCount(each.Live);
        }

        LiveThreads = live;
        for (int number = 0; number < barriers.Length; number++)
        {
            if (barriers[number].Arrived != 0 && barriers[number].Expected == 0)
            {
                Complete(number);
            }
        }
    }

    private void Complete(int number)
    {
        BlockBarrier barrier = barriers[number];
        if (barrier.Arrived < (barrier.Expected == 0 ? LiveThreads : barrier.Expected))
        {
            return;
        }

        Checker?.OnBarrierComplete(barrier);
        foreach (Warp warp in warps)
        {
            warp.PassBarrier((uint)number, barrier);
        }

        barrier.Clear();
    }
}
