using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Emulator.Execution.Accesses;

/// <summary>Loads and stores.</summary>
internal static unsafe class Transfers
{
    /// <summary>Loads a value for each lane and widens it to its register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Load<T, R>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
        where R : unmanaged, IBinaryInteger<R>
    {
        bool isRun = Access.Resolve(warp, i, sizeof(T), AccessKind.Load);
        byte* d = warp.Frame + i->D;
        ulong* a = warp.Addresses;
        if (isRun && sizeof(T) == 4 && sizeof(R) == 4)
        {
            uint* from = (uint*)a[0];
            Vector512.Load(from).Store((uint*)d);
            Vector512.Load(from + 16).Store((uint*)d + 16);
        }
        else if (isRun && sizeof(T) == 8 && sizeof(R) == 8)
        {
            Buffer.MemoryCopy((void*)a[0], d, Lane.Wide, Lane.Wide);
        }
        else
        {
            for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                Lane.Write(d, lane, R.CreateTruncating(*(T*)a[lane]));
            }
        }

        if ((i->Mode & AccessModes.Polls) != 0)
        {
            warp.NotePoll();
        }
    }

    /// <summary>Loads two, four or eight values for each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadVector<T, R>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
        where R : unmanaged, IBinaryInteger<R>
    {
        Access.Resolve(warp, i, sizeof(T) * i->ListCount, AccessKind.Load);
        ulong* a = warp.Addresses;
        for (int k = 0; k < i->ListCount; k++)
        {
            if (i->List[k] < 0)
            {
                continue;
            }

            byte* d = warp.Frame + i->List[k];
            for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                Lane.Write(d, lane, R.CreateTruncating(((T*)a[lane])[k]));
            }
        }
    }

    /// <summary>Stores the lower bytes of a register for each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store<T>(Warp warp, Instruction* i)
        where T : unmanaged
    {
        bool isRun = Access.Resolve(warp, i, sizeof(T), AccessKind.Store);
        byte* b = warp.Frame + i->B;
        ulong* a = warp.Addresses;
        if (isRun && sizeof(T) == 4)
        {
            uint* to = (uint*)a[0];
            Vector512.Load((uint*)b).Store(to);
            Vector512.Load((uint*)b + 16).Store(to + 16);
        }
        else if (isRun && sizeof(T) == 8)
        {
            Buffer.MemoryCopy(b, (void*)a[0], Lane.Wide, Lane.Wide);
        }
        else
        {
            for (uint rest = warp.Mask; rest != 0;)
            {
                int lane = warp.Block.Schedule.TakeLane(ref rest);
                *(T*)a[lane] = Lane.Read<T>(b, lane);
            }
        }

        if ((i->Mode & AccessModes.Polls) != 0)
        {
            Thread.MemoryBarrier();
        }
    }

    /// <summary>Stores the lower bytes of a wide register for each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StoreNarrowed<T>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        Access.Resolve(warp, i, sizeof(T), AccessKind.Store);
        byte* b = warp.Frame + i->B;
        for (uint rest = warp.Mask; rest != 0;)
        {
            int lane = warp.Block.Schedule.TakeLane(ref rest);
            *(T*)warp.Addresses[lane] = T.CreateTruncating(Lane.Read<ulong>(b, lane));
        }
    }

    /// <summary>Stores two, four or eight values for each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StoreVector<T>(Warp warp, Instruction* i)
        where T : unmanaged
    {
        Access.Resolve(warp, i, sizeof(T) * i->ListCount, AccessKind.Store);
        for (uint rest = warp.Mask; rest != 0;)
        {
            int lane = warp.Block.Schedule.TakeLane(ref rest);
            T* to = (T*)warp.Addresses[lane];
            for (int k = 0; k < i->ListCount; k++)
            {
                to[k] = Lane.Read<T>(warp.Frame + i->List[k], lane);
            }
        }
    }

    /// <summary>Loads a kernel parameter, the same for all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadParameter<T, R>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
        where R : unmanaged, IBinaryInteger<R>
    {
        int count = Math.Max(1, i->ListCount);
        T* from = (T*)(warp.Block.Launch.Parameters + i->Immediate);
        for (int k = 0; k < count; k++)
        {
            int slot = i->ListCount == 0 ? i->D : i->List[k];
            if (slot >= 0)
            {
                Broadcast(warp, warp.Frame + slot, R.CreateTruncating(from[k]));
            }
        }

        warp.Block.Counters.ConstantLoadBytes += BitOperations.PopCount(warp.Mask) * sizeof(T) * count;
    }

    /// <summary>Loads from the parameter bytes of the frame.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadFrame<T, R>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
        where R : unmanaged, IBinaryInteger<R>
    {
        int count = Math.Max(1, i->ListCount);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T* from = (T*)(warp.CurrentFrame.Parameters(lane) + i->Immediate);
            for (int k = 0; k < count; k++)
            {
                int slot = i->ListCount == 0 ? i->D : i->List[k];
                if (slot >= 0)
                {
                    Lane.Write(warp.Frame + slot, lane, R.CreateTruncating(from[k]));
                }
            }
        }
    }

    /// <summary>Stores to the parameter bytes of the frame.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StoreFrame<T, R>(Warp warp, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
        where R : unmanaged, IBinaryInteger<R>
    {
        int count = Math.Max(1, i->ListCount);
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            T* to = (T*)(warp.CurrentFrame.Parameters(lane) + i->Immediate);
            for (int k = 0; k < count; k++)
            {
                int slot = i->ListCount == 0 ? i->B : i->List[k];
                to[k] = T.CreateTruncating(Lane.Read<R>(warp.Frame + slot, lane));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Broadcast<R>(Warp warp, byte* d, R value)
        where R : unmanaged, IBinaryInteger<R>
    {
        if (warp.Mask == uint.MaxValue)
        {
            if (sizeof(R) == 8)
            {
                Lane.Fill64(d, ulong.CreateTruncating(value));
            }
            else
            {
                Lane.Fill32(d, sizeof(R) == 2 ? ushort.CreateTruncating(value) : uint.CreateTruncating(value));
            }

            return;
        }

        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            Lane.Write(d, BitOperations.TrailingZeroCount(rest), value);
        }
    }
}
