using System.Runtime.InteropServices;

namespace Sam.Emulator;

/// <summary>Where an allocation's memory is and how it was made.</summary>
internal enum AllocationKind
{
    Device,
    Pool,
    Managed,
    Pinned,
    Registered,
}

/// <summary>Memory that a program has of the driver.</summary>
/// <param name="Address">The first address, for device and host alike.</param>
/// <param name="ByteCount">Its length.</param>
/// <param name="Kind">How it was made.</param>
/// <param name="Context">The context that it was made in.</param>
/// <param name="Ordinal">A number that grows with each allocation of the context, for leak reports.</param>
internal sealed record EmulatedAllocation(nint Address, long ByteCount, AllocationKind Kind, EmulatedContext Context, int Ordinal)
{
    /// <summary>Whether it counts against the device's memory.</summary>
    internal bool IsOnDevice => Kind is AllocationKind.Device or AllocationKind.Pool or AllocationKind.Managed;

    /// <summary>Gives pinned memory that the driver allocated back to the host.</summary>
    internal unsafe void FreeHost()
    {
        if (Kind is AllocationKind.Pinned or AllocationKind.Managed) NativeMemory.AlignedFree((void*)Address);
    }
}
