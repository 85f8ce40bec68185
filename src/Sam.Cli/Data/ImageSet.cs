namespace Sam.Cli.Data;

/// <summary>Labelled images, kept as the bytes of their files: a quarter of what floats would take.</summary>
/// <param name="images">All images, one after the other.</param>
/// <param name="labels">A class for each.</param>
internal abstract class ImageSet(byte[] images, byte[] labels)
{
    /// <summary>Number of classes of every set here.</summary>
    public const int Classes = 10;

    /// <summary>Values of one image.</summary>
    public abstract int ValueCount { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>(N, image), 0 to 255.</summary>
    public byte[] Images { get; } = images;

    /// <summary>(N), each a class.</summary>
    public byte[] Labels { get; } = labels;

    /// <summary>Normalises images that lie one after the other.</summary>
    /// <param name="start">The first.</param>
    /// <param name="values">Takes <see cref="ValueCount"/> values for each.</param>
    public abstract void Load(int start, Span<float> values);

    /// <summary>Normalises one image as training sees it: moved and mirrored at random where that is usual for the set.</summary>
    /// <param name="index">The image.</param>
    /// <param name="key">Decides, together with the index, what is random.</param>
    /// <param name="values">Takes <see cref="ValueCount"/> values.</param>
    public virtual void LoadForTraining(int index, ulong key, Span<float> values) => Load(index, values);
}
