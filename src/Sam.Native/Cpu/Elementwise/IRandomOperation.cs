namespace Sam.Native.Cpu;

/// <summary>What becomes of sixty-four random numbers, written once for every register width.</summary>
internal interface IRandomOperation
{
    /// <summary>Whether the operation reads an input.</summary>
    static abstract bool ReadsInput { get; }

    /// <summary>Replaces four vectors of random 32-bit integers by what they make.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="w0">Elements 0 to 15.</param>
    /// <param name="w1">Elements 16 to 31.</param>
    /// <param name="w2">Elements 32 to 47.</param>
    /// <param name="w3">Elements 48 to 63.</param>
    void Transform<TV>(ref TV w0, ref TV w1, ref TV w2, ref TV w3)
        where TV : unmanaged, ILanes<TV>;

    /// <summary>Joins what the numbers made with the input.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="made">One vector of <see cref="Transform"/>.</param>
    /// <param name="x">The input, or zeros.</param>
    /// <returns>The output.</returns>
    TV Combine<TV>(TV made, TV x)
        where TV : unmanaged, ILanes<TV>;
}
