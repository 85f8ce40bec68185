using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sam.Cli.Data;

/// <summary>Labelled 28x28 images, kept as the bytes of the file: 47 MB for the 60,000 of the training set, a quarter of what floats would
/// take.</summary>
internal sealed class MnistSet : ImageSet
{
    /// <summary>Rows, and columns, of an image.</summary>
    public const int Side = 28;

    /// <summary>Pixels of an image.</summary>
    public const int Pixels = Side * Side;

    private const double Mean = 0.1307;
    private const double Deviation = 0.3081;
    private const float Scale = (float)(1 / (255 * Deviation));
    private const float Offset = (float)(-Mean / Deviation);

    /// <summary>Takes images and labels that fit together.</summary>
    /// <param name="images">(N, 28, 28), grey values 0 to 255.</param>
    /// <param name="labels">(N), 0 to 9.</param>
    public MnistSet(byte[] images, byte[] labels)
        : base(images, labels)
    {
        if (images.Length != (long)labels.Length * Pixels)
        {
            throw new ArgumentException($"{labels.Length} labels go with {(long)labels.Length * Pixels} bytes of images; there are {images.Length}.", nameof(images));
        }
    }

    /// <inheritdoc/>
    public override int ValueCount => Pixels;

    /// <summary>Reads a pair of files.</summary>
    /// <param name="imagesPath">IDX file of the images.</param>
    /// <param name="labelsPath">IDX file of their labels.</param>
    /// <returns>The set.</returns>
    /// <exception cref="CommandException">A file is missing, truncated, corrupt or of another kind, or the two do not fit
    /// together.</exception>
    public static MnistSet Read(string imagesPath, string labelsPath)
    {
        // Labels first: they take a thousandth of the time, and a mistake in them is then known at once.
        IdxArray labels = IdxReader.Read(labelsPath, dimensions: 1);
        int bad = labels.Values.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(Classes - 1));
        if (bad >= 0)
        {
            throw new CommandException($"{labelsPath}: labels are 0 to {Classes - 1}; label {bad} is {labels.Values[bad]}.");
        }

        IdxArray images = IdxReader.Read(imagesPath, dimensions: 3);
        if (images.Sizes[1] != Side || images.Sizes[2] != Side)
        {
            throw new CommandException($"{imagesPath}: images are {Side}x{Side} pixels; these are {images.Sizes[1]}x{images.Sizes[2]}.");
        }

        return images.Sizes[0] == labels.Sizes[0]
            ? new MnistSet(images.Values, labels.Values)
            : throw new CommandException($"{imagesPath} has {images.Sizes[0]} images, but {labelsPath} has {labels.Sizes[0]} labels.");
    }

    /// <inheritdoc/>
    public override void Load(int start, Span<float> values) => Normalize(Images.AsSpan(start * Pixels, values.Length), values);

    /// <summary>Normalises grey values, sixteen at a time; an image is a multiple of sixteen.</summary>
    private static void Normalize(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        ReadOnlySpan<Vector128<byte>> from = MemoryMarshal.Cast<byte, Vector128<byte>>(pixels);
        Span<Vector128<float>> to = MemoryMarshal.Cast<float, Vector128<float>>(values)[..(4 * from.Length)];
        Vector128<float> scale = Vector128.Create(Scale);
        Vector128<float> offset = Vector128.Create(Offset);
        for (int i = 0; i < from.Length; i++)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(from[i]);
            (Vector128<uint> first, Vector128<uint> second) = Vector128.Widen(low);
            (Vector128<uint> third, Vector128<uint> fourth) = Vector128.Widen(high);
            to[4 * i] = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(first.AsInt32()), scale, offset);
            to[(4 * i) + 1] = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(second.AsInt32()), scale, offset);
            to[(4 * i) + 2] = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(third.AsInt32()), scale, offset);
            to[(4 * i) + 3] = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(fourth.AsInt32()), scale, offset);
        }
    }
}
