namespace Sam.Native;

/// <summary>The records of steps on their way to the host: read at once on devices that the host sees into, else when somebody asks, from
/// shared memory that the device writes, so that no step waits.</summary>
internal sealed unsafe class StepResults : IDisposable
{
    /// <summary>Results that can still be read; older ones are gone.</summary>
    public const int KeptCount = 1024;

    // Two steps may be in flight, one more is being read, and a power of two makes the rest cheap.
    private const int RingCount = 4;

    private readonly SamOptimizer _optimizer;
    private readonly StepRecord _record;
    private readonly StepValues[] _kept;
    private readonly StepOutline[] _outlines;

    // Held while results are taken in or looked up, so that another thread than the stepping one may read them. The device's own lock comes
    // first where both are needed.
    private readonly Lock _gate = new();
    private SharedMemory? _shared;

    public StepResults(SamOptimizer optimizer, StepRecord record)
    {
        _optimizer = optimizer;
        _record = record;
        bool late = !Device.IsHostAccessible;
        _kept = new StepValues[late ? KeptCount : 0];
        _outlines = new StepOutline[late ? RingCount : 0];
        Reserve();
    }

    /// <summary>Where records are copied to, as the device sees it; null where the host reads them in place.</summary>
    public DevicePointer<double> Slots => _shared is null ? default : new DevicePointer<double>(_shared.DeviceAddress);

    public int SlotCount => _shared is null ? 0 : RingCount;

    /// <summary>Doubles of a slot: a record and the number of the step in it.</summary>
    public int SlotStride { get; private set; }

    /// <summary>Steps that were submitted.</summary>
    public long Submitted { get; private set; }

    /// <summary>Steps whose end is known.</summary>
    public long Settled { get; private set; }

    /// <summary>Steps that the device may still be busy with.</summary>
    public int InFlight => (int)(Submitted - Settled);

    private Device Device => _optimizer.Model.Device;

    /// <summary>Makes room for a record that grew.</summary>
    public void Reserve()
    {
        if (Device.IsHostAccessible || SlotStride > _record.Count) return;
        Settle(0);
        int stride = _record.Count + 1;
        SharedMemory larger = Device.AllocateShared((long)RingCount * stride * sizeof(double), "results of steps");
        _shared?.Dispose();
        _shared = larger;
        SlotStride = stride;
    }

    /// <summary>Takes a step that was committed.</summary>
    /// <param name="outline">What the host knows of it.</param>
    /// <returns>Its result, which on some devices is read when it is asked for.</returns>
    public StepResult Submit(in StepOutline outline)
    {
        if (Device.IsHostAccessible)
        {
            ReadOnlySpan<double> record = new(_record.Memory.ToPointer(), _record.Count);
            StepValues values = StepReading.Read(outline, _optimizer.Perturbation, record, _record);
            _optimizer.Settle(StepReading.State(record), outline, inFlight: 0);
            return new StepResult(values);
        }

        lock (_gate)
        {
            _outlines[Submitted % RingCount] = outline;
            return new StepResult(this, Submitted++);
        }
    }

    /// <summary>Takes steps back that never reached the device.</summary>
    /// <param name="submitted">How many had been submitted before.</param>
    public void Withdraw(long submitted)
    {
        lock (_gate) Submitted = submitted;
    }

    /// <summary>Waits until at most so many steps are unsettled.</summary>
    /// <param name="inFlight">How many may be left.</param>
    public void Settle(int inFlight)
    {
        if (InFlight <= inFlight) return;
        using DeviceScope scope = Device.Enter();
        while (InFlight > inFlight) SettleOldest();
    }

    /// <summary>The result of a step, waiting for it where necessary.</summary>
    /// <param name="ticket">Its number.</param>
    /// <exception cref="InvalidOperationException">Too many steps were made since.</exception>
    public StepValues Read(long ticket)
    {
        lock (_gate)
        {
            if (ticket < Settled) return Kept(ticket);
        }

        ObjectDisposedException.ThrowIf(_shared is null || _shared.IsDisposed, _optimizer);
        using DeviceScope scope = Device.Enter();
        while (ticket >= Settled) SettleOldest();
        lock (_gate) return Kept(ticket);
    }

    public void Dispose() => _shared?.Dispose();

    private StepValues Kept(long ticket) => Settled - ticket <= KeptCount
        ? _kept[ticket % KeptCount]
        : throw new InvalidOperationException(
            $"The results of the last {KeptCount} steps can be read; this one is {Settled - ticket} steps old. Read it earlier.");

    // In the device's scope, so that one thread at a time settles.
    private void SettleOldest()
    {
        ObjectDisposedException.ThrowIf(_shared is null || _shared.IsDisposed, _optimizer);
        double* slot = (double*)_shared.HostAddress + (Settled % RingCount * SlotStride);
        long* number = (long*)(slot + SlotStride - 1);

        // The device writes the number of commits last.
        Device.WaitUntil(number, Settled + 1);
        ReadOnlySpan<double> record = new(slot, _record.Count);
        StepOutline outline = _outlines[Settled % RingCount];
        StepValues values = StepReading.Read(outline, _optimizer.Perturbation, record, _record);
        lock (_gate)
        {
            _kept[Settled % KeptCount] = values;
            Settled++;
        }

        _optimizer.Settle(StepReading.State(record), outline, InFlight);
    }
}
