namespace Sam.Emulator;

/// <summary>A device's pool of stream-ordered memory. Memory goes back to the device at once, so that a use after free is found.</summary>
internal sealed class EmulatedPool
{
    internal EmulatedPool(EmulatedDevice device)
    {
        Device = device;
        Handle = HandleTable.Add(this);
    }

    internal EmulatedDevice Device { get; }

    internal nint Handle { get; }

    /// <summary>Bytes that a program asked the pool to keep; kept for the program to read, not followed.</summary>
    internal ulong ReleaseThreshold { get; set; }

    internal ulong Used { get; private set; }

    internal ulong UsedHigh { get; private set; }

    internal int FollowEvents { get; set; } = 1;

    internal int Opportunistic { get; set; } = 1;

    internal int InternalDependencies { get; set; } = 1;

    internal void Count(long bytes)
    {
        Used = (ulong)((long)Used + bytes);
        UsedHigh = Math.Max(UsedHigh, Used);
    }

    internal void ResetHigh() => UsedHigh = Used;

    internal void Release() => HandleTable.Remove(Handle);
}
