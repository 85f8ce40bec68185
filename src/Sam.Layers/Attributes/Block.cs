namespace Sam.Layers;

/// <summary>Numbers that stand for what <see cref="UseAttribute{TBlock}"/> gives a block. Attributes take constants only, so a block is
/// written with these and
/// used with real ones.</summary>
public static class Block
{
    /// <summary>Stands for the channels the block is used with. May be multiplied or divided: Block.Channels * 4 is four times as
    /// many.</summary>
    public const int Channels = 1 << 24;

    /// <summary>Stands for the stride the block is used with.</summary>
    public const int Stride = 1_000_003;
}
