namespace Sam.Native.Cpu;

/// <summary>The operations that a kernel needs of a vector type, so that one text serves every register width.</summary>
/// <typeparam name="TVector">Vector512, Vector256 or Vector128 of float.</typeparam>
/// <remarks>Every operation is exact or correctly rounded per element, so the width never shows in a result.</remarks>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Elements of a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of the tallest register tile of two vectors: 12 where there are 32 registers, 6 where there are 16.</summary>
    static abstract int TileRows { get; }

    /// <summary>A vector of zeros.</summary>
    static abstract TVector Zero { get; }

    /// <summary>Reads <see cref="Count"/> elements.</summary>
    static abstract TVector Load(float* source);

    /// <summary>Writes <see cref="Count"/> elements.</summary>
    static abstract void Store(TVector value, float* destination);

    /// <summary>Repeats one element.</summary>
    static abstract TVector Splat(float value);

    /// <summary>left + right.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>left - right.</summary>
    static abstract TVector Subtract(TVector left, TVector right);

    /// <summary>left * right.</summary>
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TVector FusedMultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>0 where the value is below 0, else the value: NaN stays NaN.</summary>
    static abstract TVector Rectify(TVector value);

    /// <summary>The value where the mask is above 0, else 0.</summary>
    static abstract TVector KeepWherePositive(TVector mask, TVector value);
}
