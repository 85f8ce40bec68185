namespace Sam.Native.Cuda;

/// <summary>What a memory pool can be asked for and told.</summary>
public enum CudaMemoryPoolAttribute
{
    /// <summary>Whether memory freed in one stream is reused in another after an event (int).</summary>
    ReuseFollowEventDependencies = 1,

    /// <summary>Whether memory whose free has run is reused without a dependency (int).</summary>
    ReuseAllowOpportunistic = 2,

    /// <summary>Whether a dependency may be added for reuse (int).</summary>
    ReuseAllowInternalDependencies = 3,

    /// <summary>Bytes that the pool keeps at a synchronisation (cuuint64_t).</summary>
    ReleaseThreshold = 4,

    /// <summary>Bytes that the pool has of the device (cuuint64_t).</summary>
    ReservedMemoryCurrent = 5,

    /// <summary>The most bytes it has had (cuuint64_t).</summary>
    ReservedMemoryHigh = 6,

    /// <summary>Bytes in use (cuuint64_t).</summary>
    UsedMemoryCurrent = 7,

    /// <summary>The most bytes in use (cuuint64_t).</summary>
    UsedMemoryHigh = 8,
}
