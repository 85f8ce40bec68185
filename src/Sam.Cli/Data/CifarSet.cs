namespace Sam.Cli.Data;

/// <summary>Labelled 3x32x32 images of CIFAR-10 (Krizhevsky, 2009), from its binary files.</summary>
/// <remarks>A record is one byte for the class and 3072 for the image: 1024 red, 1024 green, 1024 blue, row by row. Values are normalised
/// channel by channel,
/// (x / 255 - mean) / deviation, with the training set's figures. Training sees each image cut out of itself with a border of 4 black
/// pixels at a random place,
/// and mirrored half of the time (He, Zhang, Ren, Sun, CVPR 2016, section 4.2), as a function of seed, epoch and image alone.</remarks>
internal sealed class CifarSet : ImageSet
{
    /// <summary>Rows, and columns, of an image.</summary>
    public const int Side = 32;

    /// <summary>Values of an image: three channels.</summary>
    public const int Values = 3 * Plane;

    /// <summary>Bytes of a record: the class and the image.</summary>
    public const int RecordBytes = 1 + Values;

    /// <summary>Pixels of the border that an image is cut out with.</summary>
    public const int Border = 4;

    private const int Plane = Side * Side;
    private static readonly double[] Means = [0.4914, 0.4822, 0.4465];
    private static readonly double[] Deviations = [0.2470, 0.2435, 0.2616];

    private CifarSet(byte[] images, byte[] labels)
        : base(images, labels)
    {
    }

    /// <inheritdoc/>
    public override int ValueCount => Values;

    /// <summary>Reads files and puts them together.</summary>
    /// <param name="paths">The files, in the order of the images.</param>
    /// <returns>The set.</returns>
    /// <exception cref="CommandException">A file is missing, empty, truncated or corrupt.</exception>
    public static CifarSet Read(params ReadOnlySpan<string> paths)
    {
        List<byte[]> files = [];
        int count = 0;
        foreach (string path in paths)
        {
            byte[] file = ReadFile(path);
            count += file.Length / RecordBytes;
            files.Add(file);
        }

        byte[] images = new byte[(long)count * Values];
        byte[] labels = new byte[count];
        int index = 0;
        for (int f = 0; f < files.Count; f++)
        {
            for (int at = 0; at < files[f].Length; at += RecordBytes, index++)
            {
                labels[index] = files[f][at];
                if (labels[index] >= Classes)
                {
                    throw new CommandException($"{paths[f]}: classes are 0 to {Classes - 1}; that of image {at / RecordBytes} is {labels[index]}.");
                }

                files[f].AsSpan(at + 1, Values).CopyTo(images.AsSpan(index * Values));
            }
        }

        return new CifarSet(images, labels);
    }

    /// <inheritdoc/>
    public override void Load(int start, Span<float> values)
    {
        ReadOnlySpan<byte> pixels = Images.AsSpan(start * Values, values.Length);
        for (int first = 0; first < values.Length; first += Plane)
        {
            (float scale, float offset) = Normalization(first / Plane % 3);
            for (int i = first; i < first + Plane; i++)
            {
                values[i] = float.FusedMultiplyAdd(pixels[i], scale, offset);
            }
        }
    }

    /// <inheritdoc/>
    public override void LoadForTraining(int index, ulong key, Span<float> values)
    {
        SplitMix random = new(key, 0, (ulong)index);
        int down = random.Next((2 * Border) + 1) - Border, right = random.Next((2 * Border) + 1) - Border;
        bool mirror = random.Next(2) == 1;
        ReadOnlySpan<byte> image = Images.AsSpan(index * Values, Values);
        for (int channel = 0; channel < 3; channel++)
        {
            (float scale, float offset) = Normalization(channel);
            for (int row = 0; row < Side; row++)
            {
                Span<float> to = values.Slice((channel * Plane) + (row * Side), Side);
                int from = row + down;
                for (int column = 0; column < Side; column++)
                {
                    int at = (mirror ? Side - 1 - column : column) + right;
                    bool inside = (uint)from < Side && (uint)at < Side;
                    to[column] = inside ? float.FusedMultiplyAdd(image[(channel * Plane) + (from * Side) + at], scale, offset) : offset;
                }
            }
        }
    }

    private static (float Scale, float Offset) Normalization(int channel) =>
        ((float)(1 / (255 * Deviations[channel])), (float)(-Means[channel] / Deviations[channel]));

    private static byte[] ReadFile(string path)
    {
        try
        {
            FileInfo info = new(path);
            if (!info.Exists)
            {
                throw new CommandException($"{path}: there is no such file.");
            }

            if (info.Length == 0 || info.Length % RecordBytes != 0 || info.Length > Array.MaxLength)
            {
                throw new CommandException(
                    $"{path}: truncated or no CIFAR-10 file: it has {info.Length} bytes, which is no positive multiple of the {RecordBytes} of an image with its class.");
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: cannot be read: {e.Message}");
        }
    }
}
