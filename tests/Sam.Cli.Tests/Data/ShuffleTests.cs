using Sam.Cli.Data;

namespace Sam.Cli.Tests.Data;

public sealed class ShuffleTests
{
    // Five standard deviations of a count of 6,000 with probability 1/10: a right generator fails once in a million seeds, and the seed is fixed.
    private const int CountTolerance = 116;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Order_IsAPermutation(int count)
    {
        int[] order = Order(count, seed: 5, epoch: 3);
        Array.Sort(order);
        Assert.Equal(Enumerable.Range(0, count), order);
    }

    [Fact]
    public void SameSeedAndEpoch_GiveTheSameOrder() => Assert.Equal(Order(500, 9, 2), Order(500, 9, 2));

    [Fact]
    public void OrderOfAnEpoch_DoesNotDependOnWhatTheArrayHeld()
    {
        int[] order = Order(500, 9, 0);
        Shuffle.Epoch(order, 9, 2);
        Assert.Equal(Order(500, 9, 2), order);
    }

    [Fact]
    public void AnotherSeedOrEpoch_GivesAnotherOrder()
    {
        Assert.NotEqual(Order(500, 9, 2), Order(500, 9, 3));
        Assert.NotEqual(Order(500, 9, 2), Order(500, 10, 2));
    }

    [Fact]
    public void Order_IsTheSameOnEveryMachine() => Assert.Equal([0, 4, 1, 2, 3, 5, 7, 6], Order(8, seed: 1, epoch: 0));

    [Fact]
    public void EveryPlaceIsEquallyLikely()
    {
        int[] counts = new int[10];
        for (int epoch = 0; epoch < 60_000; epoch++)
        {
            counts[Order(10, 3, epoch)[0]]++;
        }

        Assert.All(counts, static count => Assert.InRange(count, 6000 - (3 * CountTolerance), 6000 + (3 * CountTolerance)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(0.8)]
    [InlineData(1)]
    public void LabelNoise_ReplacesItsShareByUniformClasses(double share)
    {
        byte[] labels = new byte[60_000];
        int[] noisy = Shuffle.NoisyLabels(labels, share, seed: 1);

        // A random class is the true one, 0, in one case of ten.
        int changed = noisy.Count(static label => label != 0);
        Assert.InRange(changed, (share * 54_000) - CountTolerance, (share * 54_000) + CountTolerance);
        for (int label = 1; label < 10; label++)
        {
            Assert.InRange(noisy.Count(l => l == label), (share * 6000) - (3 * CountTolerance), (share * 6000) + (3 * CountTolerance));
        }
    }

    [Fact]
    public void LabelNoise_DependsOnTheSeedAlone()
    {
        byte[] labels = new byte[1000];
        Assert.Equal(Shuffle.NoisyLabels(labels, 0.5, 4), Shuffle.NoisyLabels(labels, 0.5, 4));
        Assert.NotEqual(Shuffle.NoisyLabels(labels, 0.5, 4), Shuffle.NoisyLabels(labels, 0.5, 5));
    }

    [Fact]
    public void NoNoise_KeepsTheLabels() => Assert.Equal([3, 1, 4], Shuffle.NoisyLabels([3, 1, 4], 0, 1));

    private static int[] Order(int count, ulong seed, int epoch)
    {
        int[] order = new int[count];
        Shuffle.Epoch(order, seed, epoch);
        return order;
    }
}
