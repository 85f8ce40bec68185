namespace Sam.Native.Cpu;

/// <summary>An elementwise function of one input, written once for every register width.</summary>
internal interface IMapOperation
{
    /// <summary>The function on sixteen lanes.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="x">The input.</param>
    /// <returns>The output.</returns>
    TV Invoke<TV>(TV x)
        where TV : unmanaged, ILanes<TV>;
}
