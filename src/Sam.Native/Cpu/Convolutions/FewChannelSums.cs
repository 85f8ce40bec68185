using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Adds the lanes and the shares of <see cref="FewChannelWeights"/>: dw = (dw +) sum over shares, then over lanes. A part is one output
/// channel.</summary>
/// <remarks>Order: shares ascending in each lane, then lanes as <see cref="ILanes{TSelf}.Sum"/> says.</remarks>
internal unsafe struct FewChannelSums : ITeamJob
{
    /// <summary>The convolution.</summary>
    public Conv2dShape Shape;

    /// <summary>Shares of the batch.</summary>
    public int Partials;

    /// <summary>The sums: (share, OutChannels, InChannels, 3, 3, 16).</summary>
    public float* Sums;

    /// <summary>dw.</summary>
    public float* Target;

    /// <summary>Whether the target's old value is added to.</summary>
    public bool Accumulate;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        switch (Width)
        {
            case VectorWidth.Vector512: Row<Lanes512>(part); break;
            case VectorWidth.Vector256: Row<Lanes256>(part); break;
            default: Row<Lanes128>(part); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row<TV>(int row)
        where TV : unmanaged, ILanes<TV>
    {
        int weights = Shape.InChannels * FewChannelPlan.Taps;
        nint partial = (nint)FewChannelPlan.SumElements(Shape);
        float* from = Sums + ((nint)row * weights * FewChannelPlan.Lanes);
        float* to = Target + ((nint)row * weights);
        for (int i = 0; i < weights; i++, from += FewChannelPlan.Lanes)
        {
            TV sum = TV.Load(from);
            for (int share = 1; share < Partials; share++) sum += TV.Load(from + (share * partial));
            to[i] = Accumulate ? to[i] + sum.Sum() : sum.Sum();
        }
    }
}
