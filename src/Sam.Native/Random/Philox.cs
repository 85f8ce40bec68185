namespace Sam.Native;

/// <summary>The counter-based generator Philox 4x32-10: four 32-bit numbers as a function of a 128-bit counter and a 64-bit key.</summary>
/// <remarks>
/// <para>Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011.</para>
/// <para>Element i of a <see cref="RandomStream"/> is word (i / 16) mod 4 of the block with the counter
/// (16 (i / 64) + i mod 16, stream, step's lower half, step's upper half) and the key seed: sixty-four elements come from sixteen
/// counters, word by
/// word, which is the order in which sixteen lanes make them. A stream has 2^34 elements.</para>
/// </remarks>
internal static class Philox
{
    /// <summary>Multiplier of counter words 0.</summary>
    public const uint Multiplier0 = 0xD2511F53;

    /// <summary>Multiplier of counter word 2.</summary>
    public const uint Multiplier1 = 0xCD9E8D57;

    /// <summary>What is added to key word 0 after each round.</summary>
    public const uint Weyl0 = 0x9E3779B9;

    /// <summary>What is added to key word 1 after each round.</summary>
    public const uint Weyl1 = 0xBB67AE85;

    /// <summary>Rounds.</summary>
    public const int Rounds = 10;

    /// <summary>The four words of one counter.</summary>
    /// <param name="c0">Counter, bits 0 to 31.</param>
    /// <param name="c1">Counter, bits 32 to 63.</param>
    /// <param name="c2">Counter, bits 64 to 95.</param>
    /// <param name="c3">Counter, bits 96 to 127.</param>
    /// <param name="key">The key; its lower half is key word 0.</param>
    /// <returns>The words in order.</returns>
    public static (uint W0, uint W1, uint W2, uint W3) Block(uint c0, uint c1, uint c2, uint c3, ulong key)
    {
        uint k0 = (uint)key;
        uint k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)c0 * Multiplier0;
            ulong product1 = (ulong)c2 * Multiplier1;
            c0 = (uint)(product1 >> 32) ^ c1 ^ k0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ k1;
            c3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>One element of a stream, a uniformly distributed 32-bit number.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="index">i in [0, 2^34), counted from the stream's <see cref="RandomStream.First"/>.</param>
    /// <returns>The element.</returns>
    public static uint Element(RandomStream stream, long index)
    {
        index += stream.First;
        uint counter = (uint)(((index >> 6) << 4) + (index & 15));
        (uint w0, uint w1, uint w2, uint w3) = Block(counter, stream.Stream, (uint)stream.Step, (uint)(stream.Step >> 32), stream.Seed);
        return ((index >> 4) & 3) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
    }

    /// <summary>One element of a stream as a float in [0, 1): its upper 24 bits times 2^-24.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="index">i in [0, 2^34).</param>
    /// <returns>The uniform number.</returns>
    public static float Uniform(RandomStream stream, long index) => (Element(stream, index) >> 8) * (1f / 16777216f);
}
