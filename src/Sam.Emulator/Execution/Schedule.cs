using System.Numerics;

namespace Sam.Emulator.Execution;

/// <summary>Who comes next: the order of blocks, warps, fragments and lanes.</summary>
internal sealed class Schedule
{
    /// <summary>Instructions in a turn of a warp when nothing asks for short ones.</summary>
    private const long LongTurn = 1 << 16;

    private ScheduleOrder order;
    private ulong state;

    public bool IsForward => order == ScheduleOrder.Forward;

    public void Start(ScheduleOrder newOrder, ulong seed)
    {
        order = newOrder;
        state = seed;
    }

    /// <summary>Instructions until a warp hands over.</summary>
    public long NextTurn() => order == ScheduleOrder.Random ? 1 + (long)(Next() % 200) : LongTurn;

    /// <summary>Whether lanes that a branch leaves behind run before those that it takes.</summary>
    public bool OthersFirst() => order switch
    {
        ScheduleOrder.Forward => true,
        ScheduleOrder.Reverse => false,
        _ => (Next() & 1) != 0,
    };

    /// <summary>Takes the next lane out of a mask.</summary>
    public int TakeLane(ref uint mask)
    {
        int lane = order switch
        {
            ScheduleOrder.Forward => BitOperations.TrailingZeroCount(mask),
            ScheduleOrder.Reverse => BitOperations.Log2(mask),
            _ => RandomLane(mask),
        };
        mask &= ~(1u << lane);
        return lane;
    }

    /// <summary>The k-th of n in the order; a random order is a fixed bijection of the seed.</summary>
    public static long Place(ScheduleOrder order, ulong seed, long k, long n)
    {
        if (order == ScheduleOrder.Forward)
        {
            return k;
        }

        if (order == ScheduleOrder.Reverse)
        {
            return n - 1 - k;
        }

        // Multiplying by a number that has no factor in common with n, then shifting, permutes 0..n-1.
        ulong step = (Mix(seed) % (ulong)n) | 1;
        while (BigInteger.GreatestCommonDivisor(step, n) != 1)
        {
            step += 2;
        }

        return (long)((((UInt128)(ulong)k * step) + (Mix(seed + 1) % (ulong)n)) % (ulong)n);
    }

    /// <summary>A random number.</summary>
    public ulong Next() => Mix(state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private int RandomLane(uint mask)
    {
        int skip = (int)(Next() % (uint)BitOperations.PopCount(mask));
        for (; skip > 0; skip--)
        {
            mask &= mask - 1;
        }

        return BitOperations.TrailingZeroCount(mask);
    }
}
