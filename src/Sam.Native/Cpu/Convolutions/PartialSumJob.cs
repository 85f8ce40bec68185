namespace Sam.Native.Cpu;

/// <summary>target[i] = (beta target[i] +) p0[i] + p1[i] + ..., added in ascending order. A part is a run of elements.</summary>
internal unsafe struct PartialSumJob : ITeamJob
{
    /// <summary>Elements of a part.</summary>
    public const int PartElements = 4096;

    /// <summary>The first partial sum.</summary>
    public float* Partial;

    /// <summary>Number of partial sums.</summary>
    public int Partials;

    /// <summary>Elements.</summary>
    public int Count;

    /// <summary>Receives the sum.</summary>
    public float* Target;

    /// <summary>Whether the target's old value is added to.</summary>
    public bool Accumulate;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        int start = part * PartElements;
        int count = Math.Min(PartElements, Count - start);
        Span<float> target = new(Target + start, count);
        int partial = 0;
        if (!Accumulate)
        {
            new Span<float>(Partial + start, count).CopyTo(target);
            partial = 1;
        }

        for (; partial < Partials; partial++)
        {
            Add(Partial + ((nint)partial * Count) + start, target);
        }
    }

    private static void Add(float* addend, Span<float> target)
    {
        int i = 0;
        int lanes = System.Numerics.Vector<float>.Count;
        fixed (float* to = target)
        {
            for (; i <= target.Length - lanes; i += lanes)
            {
                System.Numerics.Vector.Store(System.Numerics.Vector.Load(to + i) + System.Numerics.Vector.Load(addend + i), to + i);
            }

            for (; i < target.Length; i++)
            {
                to[i] += addend[i];
            }
        }
    }
}
