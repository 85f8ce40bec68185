namespace Sam.Generators.Models.Programs;

/// <summary>What a range of the activation block is for.</summary>
internal enum StorageRole
{
    /// <summary>The input: loaded once and read by both passes of a SAM step, so it never shares its place.</summary>
    Input,

    /// <summary>What a layer computed.</summary>
    Activation,

    /// <summary>The gradient of a value.</summary>
    Gradient,

    /// <summary>The gradient of the output, which the loss writes.</summary>
    OutputGradient,
}

/// <summary>A range of the activation block. The calls that touch it say when it is needed; <see cref="MemoryPlan"/> says where it lies.</summary>
internal sealed class Storage(StorageRole role, long count)
{
    public StorageRole Role { get; } = role;

    /// <summary>Elements of one example.</summary>
    public long Count { get; } = count;

    /// <summary>First moment it is needed, or int.MaxValue.</summary>
    public int First { get; private set; } = int.MaxValue;

    /// <summary>Last moment it is needed, or -1.</summary>
    public int Last { get; private set; } = -1;

    /// <summary>Elements from the block's start, for one example.</summary>
    public long Offset { get; set; }

    public void Touch(int moment)
    {
        First = Math.Min(First, moment);
        Last = Math.Max(Last, moment);
    }
}
