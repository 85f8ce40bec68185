namespace Sam.Emulator;

/// <summary>What sort of mistake a finding is about.</summary>
public enum FindingKind
{
    /// <summary>A kernel made a mistake; <see cref="Finding.Fault"/> has the details.</summary>
    Kernel,

    /// <summary>A launch left other bytes behind when its blocks, warps and lanes took their turns in another order.</summary>
    OrderDependence,

    /// <summary>A context ended while objects or memory of it were left.</summary>
    Leak,

    /// <summary>A launch failed on the device, and no later call was there to read the error.</summary>
    UnreadError,

    /// <summary>A call that was made where no emulated device could be told to be meant.</summary>
    NoInstance,

    /// <summary>The emulator itself failed.</summary>
    Internal,
}
