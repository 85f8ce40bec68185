namespace Sam.Native.Tests;

public sealed class PhiloxTests
{
    // The known answers that Salmon et al. publish with their Random123 library for philox4x32 with 10 rounds.
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0UL, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0UL, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0a4093822UL, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Block_GivesThePublishedAnswers(uint c0, uint c1, uint c2, uint c3, ulong key, uint w0, uint w1, uint w2, uint w3) =>
        Assert.Equal((w0, w1, w2, w3), Philox.Block(c0, c1, c2, c3, key));

    [Fact]
    public void Element_TakesSixtyFourElementsFromSixteenCounters()
    {
        RandomStream stream = new(Seed: 0x0123456789ABCDEF, Step: 0x1_0000_0007, Stream: 9);
        HashSet<(uint, int)> seen = [];
        for (long i = 640; i < 768; i++)
        {
            uint counter = (uint)((16 * (i / 64)) + (i % 16));
            int word = (int)(i / 16 % 4);
            (uint w0, uint w1, uint w2, uint w3) = Philox.Block(counter, 9, 7, 1, stream.Seed);
            Assert.Equal(((uint[])[w0, w1, w2, w3])[word], Philox.Element(stream, i));
            Assert.True(seen.Add((counter, word)));
        }
    }

    [Fact]
    public void Uniform_LiesInTheUnitInterval()
    {
        RandomStream stream = new(1, 2, 3);
        double sum = 0;
        for (long i = 0; i < 10_000; i++)
        {
            float u = Philox.Uniform(stream, i);
            Assert.InRange(u, 0f, 0.99999994f);
            sum += u;
        }

        // Standard error of the mean of 10,000 uniform numbers: 0.0029.
        Assert.Equal(0.5, sum / 10_000, 0.012);
    }
}
