namespace Sam.Generators.Models;

/// <summary>What a use gives the constants of a block.</summary>
internal sealed record BlockArguments(int Channels, int Stride)
{
    /// <summary>The value of Sam.Layers.Block.Channels; a test compares them.</summary>
    public const int ChannelsConstant = 1 << 24;

    /// <summary>The value of Sam.Layers.Block.Stride; a test compares them.</summary>
    public const int StrideConstant = 1_000_003;

    // Down to a sixteenth of Block.Channels; real sizes stay far below.
    private const int SmallestShare = ChannelsConstant / 16;

    /// <summary>Whether a number can only be one of the constants.</summary>
    public static bool IsConstant(int value) => value == StrideConstant || (value != 0 && value % ChannelsConstant == 0);

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
