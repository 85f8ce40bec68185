namespace Sam.Cli.Data;

/// <summary>Buffers for one batch, filled again and again with normalised images.</summary>
/// <param name="capacity">The largest batch.</param>
/// <param name="valueCount">Values of one image.</param>
internal sealed class Batch(int capacity, int valueCount = MnistSet.Pixels)
{
    private readonly float[] _images = new float[capacity * valueCount];
    private readonly int[] _labels = new int[capacity];

    /// <summary>The largest batch.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Examples it holds now.</summary>
    public int Count { get; private set; }

    /// <summary>(B, image), normalised.</summary>
    public ReadOnlySpan<float> Images => _images.AsSpan(0, Count * valueCount);

    /// <summary>(B), 0 to 9.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>Takes the examples that an order names, as training sees them.</summary>
    /// <param name="set">The images.</param>
    /// <param name="labels">The labels to train on, one for each image.</param>
    /// <param name="order">Indices of the examples, at most <see cref="Capacity"/>.</param>
    /// <param name="key">Decides how images are moved and mirrored, in sets where they are: a function of seed and epoch.</param>
    public void Load(ImageSet set, ReadOnlySpan<int> labels, ReadOnlySpan<int> order, ulong key = 0) => Load(set, labels, order, _images, key);

    /// <summary>Takes the examples that an order names, with their images in memory of the caller's.</summary>
    /// <param name="set">The images.</param>
    /// <param name="labels">The labels to train on, one for each image.</param>
    /// <param name="order">Indices of the examples, at most <see cref="Capacity"/>.</param>
    /// <param name="images">Gets (B, image), normalised, in the place of <see cref="Images"/>.</param>
    /// <param name="key">Decides how images are moved and mirrored, in sets where they are: a function of seed and epoch.</param>
    public void Load(ImageSet set, ReadOnlySpan<int> labels, ReadOnlySpan<int> order, Span<float> images, ulong key = 0)
    {
        for (int i = 0; i < order.Length; i++)
        {
            set.LoadForTraining(order[i], key, images.Slice(i * valueCount, valueCount));
            _labels[i] = labels[order[i]];
        }

        Count = order.Length;
    }

    /// <summary>Takes examples one after the other as they are, with their true labels.</summary>
    /// <param name="set">The examples.</param>
    /// <param name="start">The first.</param>
    /// <param name="count">How many, at most <see cref="Capacity"/>.</param>
    public void Load(ImageSet set, int start, int count)
    {
        set.Load(start, _images.AsSpan(0, count * valueCount));
        for (int i = 0; i < count; i++)
        {
            _labels[i] = set.Labels[start + i];
        }

        Count = count;
    }
}
