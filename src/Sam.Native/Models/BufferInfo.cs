namespace Sam.Native;

/// <summary>Where a buffer lies and what it is: a tensor that belongs to the model's state but is not trained, such as running statistics; written by the
/// generator, the same for every instance of a model.</summary>
/// <param name="Name">torch's name, such as bn1.running_mean.</param>
/// <param name="Shape">torch's shape; a scalar for a count.</param>
/// <param name="Offset">First element in the buffer memory, in elements of 4 bytes, a multiple of 16.</param>
/// <param name="Initial">The value it starts with, in every element.</param>
/// <param name="IsInteger">Whether it is one 64-bit integer, such as num_batches_tracked, instead of floats.</param>
public sealed record BufferInfo(string Name, Shape Shape, int Offset, float Initial, bool IsInteger = false)
{
    /// <summary>Number of elements; 1 for a scalar.</summary>
    public int Count => Shape.Rank == 0 ? 1 : Shape.Count;
}
