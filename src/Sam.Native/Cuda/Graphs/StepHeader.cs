namespace Sam.Native.Cuda;

/// <summary>What a batch in a staging buffer begins with; the kernel <c>stage</c> reads it.</summary>
internal struct StepHeader
{
    /// <summary>The count of updates that row 0 is for.</summary>
    public long LeastUpdates;

    /// <summary>Bytes from one row to the next.</summary>
    public int RowBytes;

    /// <summary>Rows.</summary>
    public int RowCount;
}
