namespace Sam.Generators.Models;

/// <summary>What a use gives the constants of a block.</summary>
internal sealed record BlockArguments(int Channels, int Stride)
{
    /// <summary>The value of Sam.Layers.Block.Channels; a test compares them.</summary>
    public const int ChannelsConstant = 1 << 24;

    /// <summary>The value of Sam.Layers.Block.Stride; a test compares them.</summary>
    /// <remarks>Odd, and so large that what is computed with it neither is a share of the channels nor could be a size.</remarks>
    public const int StrideConstant = 715_827_883;

    /// <summary>From here on numbers are shares of the channels, which go down to a sixteenth; real sizes stay far below.</summary>
    public const int SmallestShare = ChannelsConstant / 16;

    /// <summary>Whether a number can only be one of the constants.</summary>
    public static bool IsConstant(int value) => value == StrideConstant || (value != 0 && value % ChannelsConstant == 0);

    /// <summary>Whether a number of a block is one that stands for itself, for the stride or for a share of the channels.</summary>
    public static bool CanSubstitute(int value) => value < SmallestShare || value == StrideConstant || value % SmallestShare == 0;

    /// <summary>The number that stands where a block wrote <paramref name="value"/>; 0 for a share of the channels that is no whole
    /// number.</summary>
    public int Substitute(int value)
    {
        if (value == StrideConstant)
        {
            return Stride;
        }

        if (value < SmallestShare)
        {
            return value;
        }

        long product = (long)value * Channels;
        return product % ChannelsConstant == 0 ? (int)Math.Min(int.MaxValue, product / ChannelsConstant) : 0;
    }
}
