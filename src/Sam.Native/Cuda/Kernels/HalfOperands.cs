namespace Sam.Native.Cuda;

/// <summary>Room for the two operands of a product in 16 bits, and the kernel that rounds them.</summary>
/// <remarks>The room grows with the largest product, in the first step of a kind, which runs call by call; a graph that was captured before keeps
/// the room it was captured with.</remarks>
/// <param name="device">The device.</param>
/// <param name="isFloat16">float16, else bfloat16.</param>
internal sealed class HalfOperands(CudaAccelerator device, bool isFloat16) : IDisposable
{
    // The second operand starts where the fastest loads of cuBLAS may.
    private const long Alignment = 256;

    private readonly List<DeviceMemory> _rooms = [];

    private CastKernels Kernels => field ??= new CastKernels(device.Launcher, isFloat16);

    /// <summary>The elements' type.</summary>
    public CublasDataType Type => isFloat16 ? CublasDataType.Float16 : CublasDataType.BFloat16;

    /// <summary>Rounds two operands in one launch.</summary>
    /// <param name="shape">The launch, for the larger of them.</param>
    /// <param name="firstCount">Elements of the first.</param>
    /// <param name="first">The first.</param>
    /// <param name="secondCount">Elements of the second.</param>
    /// <param name="second">The second.</param>
    /// <returns>Where they lie until the next call.</returns>
    public (DevicePointer<ushort> First, DevicePointer<ushort> Second) Round(
        LaunchShape shape, long firstCount, DevicePointer<float> first, long secondCount, DevicePointer<float> second)
    {
        long start = ((firstCount * sizeof(ushort)) + Alignment - 1) / Alignment * Alignment;
        DevicePointer<byte> room = Room(start + (secondCount * sizeof(ushort)));
        (DevicePointer<ushort> First, DevicePointer<ushort> Second) halves = (room.Cast<ushort>(), (room + start).Cast<ushort>());
        Kernels.HalfOperands(shape, firstCount, first, halves.First, secondCount, second, halves.Second);
        return halves;
    }

    public void Dispose()
    {
        foreach (DeviceMemory room in _rooms) room.Dispose();
    }

    private DevicePointer<byte> Room(long bytes)
    {
        long has = _rooms.Count > 0 ? _rooms[^1].ByteCount : 0;
        if (bytes > has) _rooms.Add(device.AllocateOwn(Math.Max(bytes, 2 * has), "operands in 16 bits", clears: false));
        return _rooms[^1].Pointer<byte>();
    }
}
