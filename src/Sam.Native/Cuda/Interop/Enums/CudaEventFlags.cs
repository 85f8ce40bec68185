namespace Sam.Native.Cuda;

/// <summary>How an event is created.</summary>
[Flags]
public enum CudaEventFlags : uint
{
    /// <summary>Timed; a wait spins.</summary>
    Default = 0,

    /// <summary>A wait sleeps.</summary>
    BlockingSync = 1,

    /// <summary>No time is taken, which makes it cheaper.</summary>
    DisableTiming = 2,

    /// <summary>May be shared with other processes; needs <see cref="DisableTiming"/>.</summary>
    Interprocess = 4,
}
