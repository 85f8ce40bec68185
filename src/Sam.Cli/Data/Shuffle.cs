namespace Sam.Cli.Data;

/// <summary>The order in which an epoch sees the examples: a permutation that is a function of seed and epoch alone.</summary>
internal static class Shuffle
{
    private const ulong OrderPurpose = 1;
    private const ulong NoisePurpose = 2;
    private const ulong ImagePurpose = 3;

    /// <summary>Fills an array with a random permutation of 0 to its length less one, in place and without allocating (Fisher and
    /// Yates).</summary>
    /// <param name="order">Overwritten.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0. The order of an epoch does not depend on those before, so a run can be taken up at
    /// any.</param>
    public static void Epoch(Span<int> order, ulong seed, int epoch)
    {
        SplitMix random = new(seed, OrderPurpose, (ulong)epoch);
        Permute(order, ref random);
    }

    /// <summary>The key of an epoch's moved and mirrored images.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <returns>The key.</returns>
    public static ulong ImageKey(ulong seed, int epoch)
    {
        SplitMix random = new(seed, ImagePurpose, (ulong)epoch);
        return random.Next();
    }

    /// <summary>Replaces a share of labels by uniformly random classes, which may be the true ones.</summary>
    /// <param name="labels">The true labels.</param>
    /// <param name="share">Share of them to replace, 0 to 1; exactly round(share N) are drawn, to even at one half.</param>
    /// <param name="seed">The run's seed.</param>
    /// <returns>The labels to train on.</returns>
    public static int[] NoisyLabels(ReadOnlySpan<byte> labels, double share, ulong seed)
    {
        int[] noisy = new int[labels.Length];
        for (int i = 0; i < noisy.Length; i++)
        {
            noisy[i] = labels[i];
        }

        SplitMix random = new(seed, NoisePurpose, 0);
        int[] order = new int[labels.Length];
        Permute(order, ref random);
        int count = (int)Math.Round(share * labels.Length);
        foreach (int index in order.AsSpan(0, count))
        {
            noisy[index] = random.Next(ImageSet.Classes);
        }

        return noisy;
    }

    private static void Permute(Span<int> order, ref SplitMix random)
    {
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = random.Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }
}
