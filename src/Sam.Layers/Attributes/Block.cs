namespace Sam.Layers;

/// <summary>Numbers that stand for what <see cref="UseAttribute{TBlock}"/> gives a block. Attributes take constants only, so a block is
/// written with these and
/// used with real ones.</summary>
public static class Block
{
    /// <summary>Stands for the channels the block is used with. May be multiplied, and divided by 2, 4, 8 and 16: Block.Channels * 4 is four
    /// times as many. Numbers of a block from 1,048,576 on are such shares, so that sizes stay below.</summary>
    public const int Channels = 1 << 24;

    /// <summary>Stands for the stride the block is used with, as it is: nothing can be computed with it.</summary>
    public const int Stride = 715_827_883;
}
