namespace Sam.Native.Cpu;

/// <summary>The outputs of neighbouring pairs, half a register pair at a time: what pooling by two needs.</summary>
/// <typeparam name="TSelf">The implementing type, one register.</typeparam>
/// <remarks>Lanes may be held in any order between <see cref="LoadPairs"/> or <see cref="Load"/> and a store, as long as it is the same
/// in all.</remarks>
internal unsafe interface IPairs<TSelf>
    where TSelf : unmanaged, IPairs<TSelf>
{
    /// <summary>Outputs in a register.</summary>
    static abstract int Count { get; }

    /// <summary>Reads Count pairs: the first of each and, in <paramref name="second"/>, the second.</summary>
    static abstract TSelf LoadPairs(float* p, out TSelf second);

    /// <summary>Reads Count single elements.</summary>
    static abstract TSelf Load(float* p);

    /// <summary>The same value in every lane.</summary>
    static abstract TSelf Splat(float value);

    /// <summary>+0 in every lane.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>Mask of a &gt; b; false for NaN.</summary>
    static abstract TSelf Greater(TSelf a, TSelf b);

    /// <summary>Mask of NaN in a.</summary>
    static abstract TSelf IsNaN(TSelf a);

    /// <summary>a where the mask is set, else b.</summary>
    static abstract TSelf Select(TSelf mask, TSelf a, TSelf b);

    static abstract TSelf operator |(TSelf a, TSelf b);

    static abstract TSelf operator &(TSelf a, TSelf b);

    /// <summary>a without the bits of b.</summary>
    static abstract TSelf AndNot(TSelf a, TSelf b);

    /// <summary>Writes Count single elements.</summary>
    void Store(float* p);

    /// <summary>Writes Count pairs.</summary>
    static abstract void StorePairs(float* p, TSelf first, TSelf second);
}
