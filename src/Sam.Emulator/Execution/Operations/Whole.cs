using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Runs a function on whole registers, two vectors of 16 lanes or four of 8, and keeps the results of active lanes.</summary>
internal static unsafe class Whole
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unary<TOp, T>(Warp warp, Instruction* i)
        where TOp : struct, IVectorUnary<T>
        where T : unmanaged
    {
        byte* a = warp.Frame + i->A;
        byte* d = warp.Frame + i->D;
        uint mask = warp.Mask;
        if (sizeof(T) == 4)
        {
            Lane.Store32(d, TOp.Apply(Vector512.Load((T*)a)).AsUInt32(), TOp.Apply(Vector512.Load((T*)a + 16)).AsUInt32(), mask);
        }
        else
        {
            for (int lane = 0; lane < Lane.Count; lane += 8)
            {
                Lane.Store64(d, lane, TOp.Apply(Vector512.Load((T*)a + lane)).AsUInt64(), mask);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Binary<TOp, T>(Warp warp, Instruction* i)
        where TOp : struct, IVectorBinary<T>
        where T : unmanaged
    {
        byte* a = warp.Frame + i->A;
        byte* b = warp.Frame + i->B;
        byte* d = warp.Frame + i->D;
        uint mask = warp.Mask;
        if (sizeof(T) == 4)
        {
            Vector512<T> low = TOp.Apply(Vector512.Load((T*)a), Vector512.Load((T*)b));
            Vector512<T> high = TOp.Apply(Vector512.Load((T*)a + 16), Vector512.Load((T*)b + 16));
            Lane.Store32(d, low.AsUInt32(), high.AsUInt32(), mask);
        }
        else
        {
            for (int lane = 0; lane < Lane.Count; lane += 8)
            {
                Lane.Store64(d, lane, TOp.Apply(Vector512.Load((T*)a + lane), Vector512.Load((T*)b + lane)).AsUInt64(), mask);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ternary<TOp, T>(Warp warp, Instruction* i)
        where TOp : struct, IVectorTernary<T>
        where T : unmanaged
    {
        byte* a = warp.Frame + i->A;
        byte* b = warp.Frame + i->B;
        byte* c = warp.Frame + i->C;
        byte* d = warp.Frame + i->D;
        uint mask = warp.Mask;
        if (sizeof(T) == 4)
        {
            Vector512<T> low = TOp.Apply(Vector512.Load((T*)a), Vector512.Load((T*)b), Vector512.Load((T*)c));
            Vector512<T> high = TOp.Apply(Vector512.Load((T*)a + 16), Vector512.Load((T*)b + 16), Vector512.Load((T*)c + 16));
            Lane.Store32(d, low.AsUInt32(), high.AsUInt32(), mask);
        }
        else
        {
            for (int lane = 0; lane < Lane.Count; lane += 8)
            {
                Vector512<T> value = TOp.Apply(Vector512.Load((T*)a + lane), Vector512.Load((T*)b + lane), Vector512.Load((T*)c + lane));
                Lane.Store64(d, lane, value.AsUInt64(), mask);
            }
        }
    }

    /// <summary>Copies a register of at most 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Move32(Warp warp, Instruction* i)
    {
        uint* a = (uint*)(warp.Frame + i->A);
        Lane.Store32(warp.Frame + i->D, Vector512.Load(a), Vector512.Load(a + 16), warp.Mask);
    }

    /// <summary>Copies a register of 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Move64(Warp warp, Instruction* i)
    {
        ulong* a = (ulong*)(warp.Frame + i->A);
        byte* d = warp.Frame + i->D;
        uint mask = warp.Mask;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            Lane.Store64(d, lane, Vector512.Load(a + lane), mask);
        }
    }

    /// <summary>Chooses by a predicate between two registers of at most 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select32(Warp warp, Instruction* i)
    {
        uint* a = (uint*)(warp.Frame + i->A);
        uint* b = (uint*)(warp.Frame + i->B);
        uint p = *(uint*)(warp.Frame + i->C) ^ (uint)i->Mode;
        Lane.Store32(
            warp.Frame + i->D,
            Vector512.ConditionalSelect(Lane.Expand32(p), Vector512.Load(a), Vector512.Load(b)),
            Vector512.ConditionalSelect(Lane.Expand32(p >> 16), Vector512.Load(a + 16), Vector512.Load(b + 16)),
            warp.Mask);
    }

    /// <summary>Chooses by a predicate between two registers of 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select64(Warp warp, Instruction* i)
    {
        ulong* a = (ulong*)(warp.Frame + i->A);
        ulong* b = (ulong*)(warp.Frame + i->B);
        uint p = *(uint*)(warp.Frame + i->C) ^ (uint)i->Mode;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            Vector512<ulong> chosen = Vector512.ConditionalSelect(Lane.Expand64(p >> lane), Vector512.Load(a + lane),
                Vector512.Load(b + lane));
            Lane.Store64(warp.Frame + i->D, lane, chosen, warp.Mask);
        }
    }

    /// <summary>Widens 32 signed or unsigned values to 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenSigned(Warp warp, Instruction* i)
    {
        int* a = (int*)(warp.Frame + i->A);
        byte* d = warp.Frame + i->D;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            Lane.Store64(d, lane, Vector512.WidenLower(Vector256.Load(a + lane).ToVector512Unsafe()).AsUInt64(), warp.Mask);
        }
    }

    /// <summary>Widens 32 unsigned values to 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenUnsigned(Warp warp, Instruction* i)
    {
        uint* a = (uint*)(warp.Frame + i->A);
        byte* d = warp.Frame + i->D;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            Lane.Store64(d, lane, Vector512.WidenLower(Vector256.Load(a + lane).ToVector512Unsafe()), warp.Mask);
        }
    }

    /// <summary>Keeps the lower halves of 64-bit values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(Warp warp, Instruction* i)
    {
        ulong* a = (ulong*)(warp.Frame + i->A);
        Vector512<uint> low = Vector512.Narrow(Vector512.Load(a), Vector512.Load(a + 8));
        Vector512<uint> high = Vector512.Narrow(Vector512.Load(a + 16), Vector512.Load(a + 24));
        Lane.Store32(warp.Frame + i->D, low, high, warp.Mask);
    }

    /// <summary>The 64-bit products of 32-bit signed values, plus a third operand when there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyWideSigned(Warp warp, Instruction* i)
    {
        int* a = (int*)(warp.Frame + i->A);
        int* b = (int*)(warp.Frame + i->B);
        byte* d = warp.Frame + i->D;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            Vector512<long> product = Vector512.WidenLower(Vector256.Load(a + lane).ToVector512Unsafe())
                * Vector512.WidenLower(Vector256.Load(b + lane).ToVector512Unsafe());
            if (i->C >= 0)
            {
                product += Vector512.Load((long*)(warp.Frame + i->C) + lane);
            }

            Lane.Store64(d, lane, product.AsUInt64(), warp.Mask);
        }
    }

    /// <summary>The 64-bit products of 32-bit unsigned values, plus a third operand when there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyWideUnsigned(Warp warp, Instruction* i)
    {
        uint* a = (uint*)(warp.Frame + i->A);
        uint* b = (uint*)(warp.Frame + i->B);
        byte* d = warp.Frame + i->D;
        for (int lane = 0; lane < Lane.Count; lane += 8)
        {
            Vector512<ulong> product = Vector512.WidenLower(Vector256.Load(a + lane).ToVector512Unsafe())
                * Vector512.WidenLower(Vector256.Load(b + lane).ToVector512Unsafe());
            if (i->C >= 0)
            {
                product += Vector512.Load((ulong*)(warp.Frame + i->C) + lane);
            }

            Lane.Store64(d, lane, product, warp.Mask);
        }
    }
}
