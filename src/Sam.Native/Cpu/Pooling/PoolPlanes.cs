namespace Sam.Native.Cpu;

/// <summary>How pooling kernels cut their work: planes of a channel, several to a part where they are small.</summary>
internal static class PoolPlanes
{
    /// <summary>Planes of one part, from the sizes alone: about <see cref="TeamExtensions.ChunkCount"/> input elements.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <returns>At least 1.</returns>
    public static int PerPart(in Pool2dShape shape) =>
        (int)Math.Max(1, TeamExtensions.ChunkCount / Math.Max(1, (long)shape.InHeight * shape.InWidth));

    /// <summary>Number of parts.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <param name="batch">Examples B.</param>
    /// <returns>The planes divided by those of a part, rounded up.</returns>
    public static int Parts(in Pool2dShape shape, int batch)
    {
        int perPart = PerPart(shape);
        return checked((int)((((long)batch * shape.Channels) + perPart - 1) / perPart));
    }

    /// <summary>Windows of two by two side by side, all of them inside the plane.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <returns>Whether <see cref="MaxPool2x2"/> can do it.</returns>
    public static bool IsTwoByTwo(in Pool2dShape shape) =>
        shape is { KernelHeight: 2, KernelWidth: 2, StrideHeight: 2, StrideWidth: 2, PaddingHeight: 0, PaddingWidth: 0, OverhangHeight: 0, OverhangWidth: 0 };

    /// <summary>One window over the whole plane.</summary>
    /// <param name="shape">Sizes of one example.</param>
    /// <returns>Whether the pooling is global.</returns>
    public static bool IsGlobal(in Pool2dShape shape) =>
        shape.KernelHeight == shape.InHeight && shape.KernelWidth == shape.InWidth && shape.PaddingHeight == 0 && shape.PaddingWidth == 0;
}
