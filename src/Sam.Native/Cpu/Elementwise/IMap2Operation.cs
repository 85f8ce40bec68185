namespace Sam.Native.Cpu;

/// <summary>An elementwise function of two inputs, written once for every register width.</summary>
internal interface IMap2Operation
{
    /// <summary>The function on sixteen lanes.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="a">The first input.</param>
    /// <param name="b">The second input.</param>
    /// <returns>The output.</returns>
    TV Invoke<TV>(TV a, TV b)
        where TV : unmanaged, ILanes<TV>;
}
