namespace Sam.Native;

/// <summary>A contiguous range of the arenas that belongs to one parameter group, at most <see cref="MaximumCount"/> elements.</summary>
/// <param name="Offset">First element, a multiple of 16.</param>
/// <param name="Count">Elements.</param>
/// <param name="Group">Index of the parameter group: which of a kernel's settings counts.</param>
/// <param name="Tensor">Index of the tensor in tables by tensor, else 0: which of a kernel's sums and coefficients counts.</param>
/// <param name="IsPerturbed">1 where steps move the weights and save them before, 0 where the weights stay in place.</param>
/// <param name="Start">Place of the first element in its tensor, in tables by tensor.</param>
internal readonly record struct ArenaPiece(int Offset, int Count, int Group, int Tensor, int IsPerturbed, int Start = 0)
{
    /// <summary>The most elements of a piece. A constant of the arithmetic: sums are ordered by it.</summary>
    public const int MaximumCount = 16384;
}
