namespace Sam.Generators.Models.Programs;

/// <summary>A range of the activation block. The calls that touch it say when it is needed; <see cref="MemoryPlan"/> says where it
/// lies.</summary>
internal sealed class Storage(string name, long count)
{
    /// <summary>What lies there, for the layout table: input, a layer, the gradient of one of them.</summary>
    public string Name { get; } = name;

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
