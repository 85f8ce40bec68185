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

    /// <summary>How far ahead of where it reads a long sum asks for memory, in floats: two pages.</summary>
    const int ReadAhead = 2048;

    /// <summary>Adds p[i]^2 to lane i mod 32, in ascending order. The accumulators are registers of the loop's own; a caller's structs would
    /// go through memory.</summary>
    /// <param name="lanes">32 sums.</param>
    /// <param name="p">The floats.</param>
    /// <param name="count">How many, a multiple of 32.</param>
    static abstract void AddSquares(double* lanes, float* p, nint count);

    /// <summary>Adds |p[i]| to lane i mod 32, in ascending order.</summary>
    /// <param name="lanes">32 sums.</param>
    /// <param name="p">The floats.</param>
    /// <param name="count">How many, a multiple of 32.</param>
    static abstract void AddMagnitudes(double* lanes, float* p, nint count);

    /// <summary>Writes the 16 doubles; any alignment.</summary>
    void Store(double* p);

    /// <summary>The sum of the lanes: lane i + lane i+8, then i + i+4, then i + i+2, then the last two.</summary>
    double Sum();
}
