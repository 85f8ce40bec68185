using System.Numerics;

namespace Sam.Emulator.Execution.Accesses;

/// <summary>Copies from global to shared memory that take effect when they are waited for, no earlier.</summary>
internal static unsafe class AsyncCopies
{
    /// <summary>Reads the source now and keeps the bytes. The list: destination register, its mode, its offset, bytes, register of the
    /// source bytes.</summary>
    public static void Copy(Warp warp, Instruction* i)
    {
        int bytes = i->List[3];
        uint mask = warp.Mask;
        byte* data = stackalloc byte[Lane.Count * 16];
        new Span<byte>(data, Lane.Count * 16).Clear();
        uint reads = mask;
        int* counts = stackalloc int[Lane.Count];
        for (int lane = 0; lane < Lane.Count; lane++)
        {
            counts[lane] = i->List[4] < 0 ? bytes : (int)Math.Min((uint)bytes, Lane.Read<uint>(warp.Frame + i->List[4], lane));
            reads &= counts[lane] == 0 ? ~(1u << lane) : uint.MaxValue;
        }

        if (reads != 0)
        {
            warp.Mask = reads;
            Access.Resolve(warp, i, bytes, AccessKind.Load);
            for (uint rest = reads; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                Buffer.MemoryCopy((void*)warp.Addresses[lane], data + (lane * 16), counts[lane], counts[lane]);
            }

            warp.Mask = mask;
        }

        Instruction to = *i;
        to.A = i->List[0];
        to.Mode = i->List[1];
        to.Immediate = i->List[2];
        Access.Resolve(warp, &to, bytes, AccessKind.Store);
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ulong* words = (ulong*)(data + (lane * 16));
            warp.Copies.Add(lane, warp.Addresses[lane], bytes, words[0], words[1]);
        }
    }

    public static void Commit(Warp warp, Instruction* i) => warp.Copies.Commit(warp.Mask);

    /// <summary>Waits until at most some groups are outstanding; mode 1 also waits for copies that belong to no group.</summary>
    public static void Wait(Warp warp, Instruction* i) =>
        warp.Copies.Wait(warp.Mask, i->Mode == 1 ? 0 : (int)Math.Min(i->Immediate, int.MaxValue), i->Mode == 1);
}

/// <summary>The outstanding copies of a warp.</summary>
internal sealed unsafe class CopyQueue
{
    private readonly List<(int Lane, int Group, ulong To, int Bytes, ulong Low, ulong High)> pending = [];
    private readonly int[] groups = new int[Lane.Count];

    /// <summary>Forgets what is outstanding.</summary>
    public void Clear()
    {
        pending.Clear();
        Array.Clear(groups);
    }

    public void Add(int lane, ulong to, int bytes, ulong low, ulong high) => pending.Add((lane, groups[lane], to, bytes, low, high));

    /// <summary>Closes the group of each lane.</summary>
    public void Commit(uint mask)
    {
        for (int lane = 0; lane < Lane.Count; lane++)
        {
            groups[lane] += (int)(mask >> lane & 1);
        }
    }

    /// <summary>Carries copies out until at most a number of closed groups is left.</summary>
    public void Wait(uint mask, int left, bool all)
    {
        int kept = 0;
        for (int k = 0; k < pending.Count; k++)
        {
            (int lane, int group, ulong to, int bytes, ulong low, ulong high) = pending[k];
            if ((mask >> lane & 1) != 0 && (all || group < groups[lane] - left))
            {
                *(uint*)to = (uint)low;
                if (bytes >= 8)
                {
                    *(ulong*)to = low;
                }

                if (bytes == 16)
                {
                    *((ulong*)to + 1) = high;
                }
            }
            else
            {
                pending[kept++] = pending[k];
            }
        }

        pending.RemoveRange(kept, pending.Count - kept);
    }
}
