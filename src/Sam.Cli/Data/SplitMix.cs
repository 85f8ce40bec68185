namespace Sam.Cli.Data;

/// <summary>A small generator of random numbers that is a function of its key and a counter alone (Steele, Lea, Flood: SplitMix64, OOPSLA
/// 2014).</summary>
internal struct SplitMix
{
    private const ulong Golden = 0x9e3779b97f4a7c15;
    private ulong _state;

    /// <summary>Starts the sequence of a key.</summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="purpose">What the numbers are for, so that one seed's uses share none.</param>
    /// <param name="index">Which sequence of that purpose, such as the epoch.</param>
    public SplitMix(ulong seed, ulong purpose, ulong index)
    {
        _state = Mix(Mix(Mix(seed + Golden) + purpose + Golden) + index + Golden);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => Mix(_state += Golden);

    /// <summary>The next number in [0, bound), each equally likely.</summary>
    /// <param name="bound">At least 1.</param>
    /// <remarks>Multiply and shift with rejection (Lemire, ACM TOMACS 2019): without the rejection some numbers would be likelier than
    /// others.</remarks>
    public int Next(int bound)
    {
        ulong range = (ulong)bound;
        ulong high = Math.BigMul(Next(), range, out ulong low);
        if (low < range)
        {
            ulong threshold = (0 - range) % range;
            while (low < threshold)
            {
                high = Math.BigMul(Next(), range, out low);
            }
        }

        return (int)high;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
