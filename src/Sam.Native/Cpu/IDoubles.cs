namespace Sam.Native.Cpu;

/// <summary>Sixteen doubles that are computed as one: the accumulators of reductions over floats.</summary>
/// <typeparam name="TSelf">The implementing type. Its default value is sixteen zeros.</typeparam>
internal unsafe interface IDoubles<TSelf>
    where TSelf : unmanaged, IDoubles<TSelf>
{
    /// <summary>Reads 16 floats and widens them; any alignment.</summary>
    static abstract TSelf Load(float* p);

    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>accumulator + left right, for factors that came from floats: their product is exact, so one rounding whether fused or
    /// not.</summary>
    static abstract TSelf AddProduct(TSelf accumulator, TSelf left, TSelf right);

    /// <summary>accumulator + |value|.</summary>
    static abstract TSelf AddMagnitude(TSelf accumulator, TSelf value);

    /// <summary>The sum of the lanes: lane i + lane i+8, then i + i+4, then i + i+2, then the last two.</summary>
    double Sum();
}
