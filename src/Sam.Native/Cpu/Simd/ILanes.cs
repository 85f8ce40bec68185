namespace Sam.Native.Cpu;

/// <summary>Sixteen floats that are computed as one, whatever registers the machine has: a kernel is written once over this
/// interface.</summary>
/// <typeparam name="TSelf">The implementing type: one 512-bit, two 256-bit or four 128-bit registers.</typeparam>
/// <remarks>
/// Every operation acts per lane and is rounded once, so a kernel over it gives the same bits for every implementation; <see cref="Sum"/>
/// names its order. Masks are lanes of all ones or all zeros. Operations ending in "Bits", shifts and <see cref="ConvertToSingle"/> read
/// the lanes as 32-bit integers.
/// </remarks>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Reads 16 floats; any alignment.</summary>
    static abstract TSelf Load(float* p);

    /// <summary>Reads the first <paramref name="count"/> (0 to 16) floats and touches nothing beyond; the other lanes are +0.</summary>
    static abstract TSelf LoadPartial(float* p, int count);

    /// <summary>The same value in every lane.</summary>
    static abstract TSelf Splat(float value);

    /// <summary>The same 32 bits in every lane.</summary>
    static abstract TSelf SplatBits(int value);

    /// <summary>Lane i holds the integer first + i, modulo 2^32.</summary>
    static abstract TSelf Indices(uint first);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a);

    static abstract TSelf operator &(TSelf a, TSelf b);

    static abstract TSelf operator |(TSelf a, TSelf b);

    static abstract TSelf operator ^(TSelf a, TSelf b);

    /// <summary>a b + c, rounded once.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    /// <summary>The correctly rounded square root.</summary>
    static abstract TSelf Sqrt(TSelf a);

    /// <summary>Clears the sign.</summary>
    static abstract TSelf Abs(TSelf a);

    /// <summary>Mask of a &lt; b; false for NaN.</summary>
    static abstract TSelf Less(TSelf a, TSelf b);

    /// <summary>Mask of a &lt;= b; false for NaN.</summary>
    static abstract TSelf LessOrEqual(TSelf a, TSelf b);

    /// <summary>Mask of a == b; false for NaN.</summary>
    static abstract TSelf Equal(TSelf a, TSelf b);

    /// <summary>a where the mask is set, else b.</summary>
    static abstract TSelf Select(TSelf mask, TSelf a, TSelf b);

    /// <summary>Integer sum modulo 2^32.</summary>
    static abstract TSelf AddBits(TSelf a, TSelf b);

    /// <summary>Integer difference modulo 2^32.</summary>
    static abstract TSelf SubtractBits(TSelf a, TSelf b);

    /// <summary>Shifts to the left, zeros come in.</summary>
    static abstract TSelf ShiftLeft(TSelf a, int bits);

    /// <summary>Shifts to the right, the sign comes in.</summary>
    static abstract TSelf ShiftRightArithmetic(TSelf a, int bits);

    /// <summary>Shifts to the right, zeros come in.</summary>
    static abstract TSelf ShiftRightLogical(TSelf a, int bits);

    /// <summary>The signed integer of each lane as the nearest float.</summary>
    static abstract TSelf ConvertToSingle(TSelf a);

    /// <summary>The unsigned 64-bit products of the lanes and <paramref name="multiplier"/>.</summary>
    /// <returns>The lower 32 bits of each product; <paramref name="high"/> has the upper ones.</returns>
    static abstract TSelf MultiplyWide(TSelf a, uint multiplier, out TSelf high);

    /// <summary>Writes 16 floats; any alignment.</summary>
    void Store(float* p);

    /// <summary>Writes 16 floats past the caches, which then do not read the line first; <paramref name="p"/> is a multiple of 64.</summary>
    void StoreStreaming(float* p);

    /// <summary>Writes the first <paramref name="count"/> (0 to 16) lanes and touches nothing beyond.</summary>
    void StorePartial(float* p, int count);

    /// <summary>The sum of the lanes: lane i + lane i+8, then i + i+4, then i + i+2, then the last two.</summary>
    float Sum();

    /// <summary>The largest lane; unspecified where a lane is NaN.</summary>
    float Max();
}
