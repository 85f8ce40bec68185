namespace Sam.Native.Cpu;

/// <summary>The term of a sum over one or two arrays, written once for every register width. A pair of zeros adds nothing.</summary>
internal interface IReduction
{
    /// <summary>accumulator + term(a, b).</summary>
    /// <typeparam name="TD">The lanes.</typeparam>
    /// <param name="accumulator">The sum so far.</param>
    /// <param name="a">Elements of the first array.</param>
    /// <param name="b">Elements of the second array.</param>
    /// <returns>The new sum.</returns>
    static abstract TD Accumulate<TD>(TD accumulator, TD a, TD b)
        where TD : unmanaged, IDoubles<TD>;
}
