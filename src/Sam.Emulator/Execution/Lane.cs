using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Emulator.Execution;

/// <summary>Access to the columns of a register: 32 values of 4 bytes (narrower ones widened with zeros) or of 8.</summary>
internal static unsafe class Lane
{
    /// <summary>The lanes of a warp.</summary>
    public const int Count = 32;

    /// <summary>The bytes of a register of at most 32 bits.</summary>
    public const int Narrow = Count * 4;

    /// <summary>The bytes of a register of 64 bits.</summary>
    public const int Wide = Count * 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(byte* register, int lane)
        where T : unmanaged => sizeof(T) == 8 ? ((T*)register)[lane] : *(T*)(register + (lane * 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(byte* register, int lane, T value)
        where T : unmanaged
    {
        if (sizeof(T) == 8)
        {
            ((T*)register)[lane] = value;
        }
        else if (sizeof(T) == 4)
        {
            *(T*)(register + (lane * 4)) = value;
        }
        else if (sizeof(T) == 2)
        {
            *(uint*)(register + (lane * 4)) = *(ushort*)&value;
        }
        else
        {
            *(uint*)(register + (lane * 4)) = *(byte*)&value;
        }
    }

    /// <summary>All ones in each of 16 lanes of 32 bits whose bit of the mask is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Expand32(uint mask)
    {
        Vector512<uint> bits = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        return Vector512.Equals(Vector512.Create(mask) & bits, bits);
    }

    /// <summary>All ones in each of 8 lanes of 64 bits whose bit of the mask is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Expand64(uint mask)
    {
        Vector512<ulong> bits = Vector512.Create(1ul, 2, 4, 8, 16, 32, 64, 128);
        return Vector512.Equals(Vector512.Create((ulong)mask) & bits, bits);
    }

    /// <summary>Stores the active ones of 32 values of 4 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store32(byte* register, Vector512<uint> low, Vector512<uint> high, uint mask)
    {
        if (mask != uint.MaxValue)
        {
            low = Vector512.ConditionalSelect(Expand32(mask), low, Vector512.Load((uint*)register));
            high = Vector512.ConditionalSelect(Expand32(mask >> 16), high, Vector512.Load((uint*)register + 16));
        }

        low.Store((uint*)register);
        high.Store((uint*)register + 16);
    }

    /// <summary>Stores the active ones of 8 values of 8 bytes, from a given lane on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store64(byte* register, int lane, Vector512<ulong> value, uint mask)
    {
        ulong* place = (ulong*)register + lane;
        if (mask != uint.MaxValue)
        {
            value = Vector512.ConditionalSelect(Expand64(mask >> lane), value, Vector512.Load(place));
        }

        value.Store(place);
    }

    /// <summary>Fills a register of at most 32 bits with one value.</summary>
    public static void Fill32(byte* register, uint value) => new Span<uint>(register, Count).Fill(value);

    /// <summary>Fills a register of 64 bits with one value.</summary>
    public static void Fill64(byte* register, ulong value) => new Span<ulong>(register, Count).Fill(value);
}
