namespace Sam.Emulator;

/// <summary>The order in which blocks, the warps of a block and the lanes of a warp take their turns.</summary>
/// <remarks>CUDA promises none of these orders. A kernel whose result differs between two of them has a race.</remarks>
public enum ScheduleOrder
{
    /// <summary>Lowest index first.</summary>
    Forward,

    /// <summary>Highest index first.</summary>
    Reverse,

    /// <summary>An order drawn from <see cref="ExecutionOptions.OrderSeed"/>, with short turns so that warps interleave.</summary>
    Random,
}
