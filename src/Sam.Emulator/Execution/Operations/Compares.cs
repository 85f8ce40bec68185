using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sam.Emulator.Execution.Numerics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>Runs comparisons and stores what they say as predicates.</summary>
internal static unsafe class Compares
{
    /// <summary>Compares lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Each<TOp, T>(Warp warp, Instruction* i)
        where TOp : struct, ICompare<T>
        where T : unmanaged
    {
        byte* a = warp.Frame + i->A;
        byte* b = warp.Frame + i->B;
        uint result = 0;
        int mode = i->Mode;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if (TOp.Apply(Lane.Read<T>(a, lane), Lane.Read<T>(b, lane), mode))
            {
                result |= 1u << lane;
            }
        }

        Store(warp, i, result);
    }

    /// <summary>Compares whole registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Whole<TOp, T>(Warp warp, Instruction* i)
        where TOp : struct, IVectorCompare<T>
        where T : unmanaged
    {
        T* a = (T*)(warp.Frame + i->A);
        T* b = (T*)(warp.Frame + i->B);
        uint result;
        if (sizeof(T) == 4)
        {
            ulong low = TOp.Apply(Vector512.Load(a), Vector512.Load(b)).ExtractMostSignificantBits();
            ulong high = TOp.Apply(Vector512.Load(a + 16), Vector512.Load(b + 16)).ExtractMostSignificantBits();
            result = (uint)(low | (high << 16));
        }
        else
        {
            result = 0;
            for (int lane = 0; lane < Lane.Count; lane += 8)
            {
                result |= (uint)TOp.Apply(Vector512.Load(a + lane), Vector512.Load(b + lane)).ExtractMostSignificantBits() << lane;
            }
        }

        Store(warp, i, result);
    }

    /// <summary>Stores a result, joined with the third operand as the modifiers say, and its complement, joined likewise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store(Warp warp, Instruction* i, uint result)
    {
        uint mask = warp.Mask;
        uint first = result;
        uint second = ~result;
        int join = i->Target;
        if (join != CompareJoin.None)
        {
            uint c = *(uint*)(warp.Frame + i->C) ^ ((join & CompareJoin.Negated) != 0 ? uint.MaxValue : 0);
            switch (join & CompareJoin.Mask)
            {
                case CompareJoin.And:
                    first &= c;
                    second &= c;
                    break;
                case CompareJoin.Or:
                    first |= c;
                    second |= c;
                    break;
                default:
                    first ^= c;
                    second ^= c;
                    break;
            }
        }

        if (i->D >= 0)
        {
            uint* p = (uint*)(warp.Frame + i->D);
            *p = (*p & ~mask) | (first & mask);
        }

        if (i->E >= 0)
        {
            uint* q = (uint*)(warp.Frame + i->E);
            *q = (*q & ~mask) | (second & mask);
        }
    }

    /// <summary>Stores the result of a comparison as a number, all ones or 1.0 where it holds. The list holds the routine that
    /// compares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Set(Warp warp, Instruction* i)
    {
        Instruction compare = *i;
        compare.D = i->C;
        compare.Target = CompareJoin.None;
        ((delegate*<Warp, Instruction*, void>)*(void**)i->List)(warp, &compare);
        uint p = *(uint*)(warp.Frame + i->C);
        uint* d = (uint*)(warp.Frame + i->D);
        uint yes = (uint)i->Immediate;
        for (uint rest = warp.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            d[lane] = (p >> lane & 1) != 0 ? yes : 0;
        }
    }
}

/// <summary>How a comparison is joined with a third operand, packed in <see cref="Instruction.Target"/>.</summary>
internal static class CompareJoin
{
    public const int None = 0;
    public const int And = 1;
    public const int Or = 2;
    public const int Xor = 3;
    public const int Mask = 3;
    public const int Negated = 4;
}

internal struct Equal<T> : ICompare<T>, IVectorCompare<T>
    where T : unmanaged, INumberBase<T>
{
    public static bool Apply(T a, T b, int mode) => a == b;

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, b);
}

internal struct NotEqual<T> : ICompare<T>, IVectorCompare<T>
    where T : unmanaged, INumberBase<T>
{
    /// <remarks>For reals this is the unordered form; the ordered one is made of two comparisons.</remarks>
    public static bool Apply(T a, T b, int mode) => a != b;

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => ~Vector512.Equals(a, b);
}

internal struct Less<T> : ICompare<T>, IVectorCompare<T>
    where T : unmanaged, IComparisonOperators<T, T, bool>
{
    public static bool Apply(T a, T b, int mode) => a < b;

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b);
}

internal struct LessOrEqual<T> : ICompare<T>, IVectorCompare<T>
    where T : unmanaged, IComparisonOperators<T, T, bool>
{
    public static bool Apply(T a, T b, int mode) => a <= b;

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThanOrEqual(a, b);
}

/// <summary>The unordered forms and the tests for NaN, for reals of every width.</summary>
internal struct RealCompare<T, TKind> : ICompare<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TKind : struct, IRealCompare
{
    public static bool Apply(T a, T b, int mode)
    {
        if (typeof(T) == typeof(float) && (mode & Modes.Ftz) != 0)
        {
            a = (T)(object)Rounding.Flush((float)(object)a);
            b = (T)(object)Rounding.Flush((float)(object)b);
        }

        return TKind.Holds(a < b, a == b, T.IsNaN(a) || T.IsNaN(b));
    }
}

/// <summary>A comparison of reals by what is known of them.</summary>
internal interface IRealCompare
{
    /// <summary>Whether it holds.</summary>
    static abstract bool Holds(bool less, bool equal, bool unordered);
}

/// <summary>The comparisons of reals, by the name of the modifier.</summary>
internal static class RealKinds
{
    public struct Eq : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => equal; }

    public struct Ne : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => !equal && !unordered; }

    public struct Lt : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => less; }

    public struct Le : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => less || equal; }

    public struct Gt : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => !less && !equal && !unordered; }

    public struct Ge : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => !less && !unordered; }

    public struct Equ : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => equal || unordered; }

    public struct Neu : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => !equal; }

    public struct Ltu : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => less || unordered; }

    public struct Leu : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => less || equal || unordered; }

    public struct Gtu : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => !less && !equal; }

    public struct Geu : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => !less; }

    public struct Num : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => !unordered; }

    public struct Nan : IRealCompare { public static bool Holds(bool less, bool equal, bool unordered) => unordered; }
}

internal struct NotLess<T> : IVectorCompare<T>
    where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => ~Vector512.LessThan(a, b);
}

internal struct NotLessOrEqual<T> : IVectorCompare<T>
    where T : unmanaged
{
    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => ~Vector512.LessThanOrEqual(a, b);
}

/// <summary>A comparison of floats whose subnormals count as zero.</summary>
internal struct FlushedCompare<TOp> : IVectorCompare<float>
    where TOp : struct, IVectorCompare<float>
{
    public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => TOp.Apply(Reals.Flush(a), Reals.Flush(b));
}

/// <summary>A comparison of bfloat16 values.</summary>
internal struct BFloatCompare<TKind> : ICompare<ushort>
    where TKind : struct, IRealCompare
{
    public static bool Apply(ushort a, ushort b, int mode) =>
        RealCompare<float, TKind>.Apply(Rounding.FromBFloat16(a), Rounding.FromBFloat16(b), 0);
}
