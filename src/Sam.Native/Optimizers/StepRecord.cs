namespace Sam.Native;

/// <summary>What a step leaves in the device's memory for its result: its state, losses and sums of each micro-batch, and the sums of the
/// gradient that was applied.</summary>
internal sealed class StepRecord : IDisposable
{
    /// <summary>Doubles of the state.</summary>
    public const int StateCount = 4;

    /// <summary>Doubles of one micro-batch.</summary>
    public const int PieceCount = 18;

    /// <summary>Offsets in the doubles of a micro-batch.</summary>
    public const int FirstLoss = 0, SecondLoss = 1, FirstMeasured = 2, Measured = 5, Gradient = 8, FirstDecay = 11, SecondDecay = 14;

    private readonly Device _device;
    private readonly int _tensors;
    private DeviceMemory _memory;

    public StepRecord(Device device, int tensors)
    {
        _device = device;
        _tensors = tensors;
        Pieces = 1;
        _memory = device.Allocate((long)Count * sizeof(double), "record of a step");
    }

    /// <summary>Micro-batches there is room for.</summary>
    public int Pieces { get; private set; }

    /// <summary>Doubles of the whole record.</summary>
    public int Count => CountOf(Pieces);

    /// <summary>Offset of the sums.</summary>
    public static int SumsOffset => StateCount;

    public long ByteCount => _memory.ByteCount;

    public DevicePointer<StepState> State => _memory.Pointer<StepState>();

    public DevicePointer<double> Memory => _memory.Pointer<double>();

    /// <summary>Products of the gradients, three for each tensor.</summary>
    public DevicePointer<double> Sums => Memory + StateCount;

    /// <summary>A double of a micro-batch.</summary>
    public DevicePointer<double> Piece(int piece, int offset) => Memory + PieceOffset(piece) + offset;

    public int PieceOffset(int piece) => StateCount + (3 * _tensors) + (PieceCount * piece);

    /// <summary>Makes room for more micro-batches; the state stays.</summary>
    public void Reserve(int pieces)
    {
        if (pieces <= Pieces)
        {
            return;
        }

        StepState state = ReadState();
        DeviceMemory larger = _device.Allocate((long)CountOf(pieces) * sizeof(double), "record of a step");
        try
        {
            _device.Upload(new ReadOnlySpan<StepState>(in state), larger.Pointer<StepState>());
        }
        catch
        {
            larger.Dispose();
            throw;
        }

        _memory.Dispose();
        _memory = larger;
        Pieces = pieces;
    }

    public StepState ReadState()
    {
        Span<StepState> state = stackalloc StepState[1];
        _device.Download(State, state);
        return state[0];
    }

    public void WriteState(StepState state) => _device.Upload(new ReadOnlySpan<StepState>(in state), State);

    public void Dispose() => _memory.Dispose();

    private int CountOf(int pieces) => StateCount + (3 * _tensors) + (PieceCount * pieces);
}
