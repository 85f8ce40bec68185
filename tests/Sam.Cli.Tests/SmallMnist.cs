namespace Sam.Cli.Tests;

/// <summary>A data set in MNIST's form that takes no time: each class is a bright bar at a place of its own, with noise around it.</summary>
internal static class SmallMnist
{
    public const int TrainCount = 300;
    public const int TestCount = 100;

    /// <summary>Writes the four files, the labels plain and the images compressed.</summary>
    public static void Write(string folder, int trainCount = TrainCount, int testCount = TestCount)
    {
        Directory.CreateDirectory(folder);
        WriteSet(folder, "train", trainCount, seed: 1);
        WriteSet(folder, "t10k", testCount, seed: 2);
    }

    public static string TrainImages(string folder) => Path.Combine(folder, "train-images-idx3-ubyte.gz");

    public static string TrainLabels(string folder) => Path.Combine(folder, "train-labels-idx1-ubyte.gz");

    private static void WriteSet(string folder, string name, int count, int seed)
    {
        Random random = new(seed);
        byte[] images = new byte[count * 784];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)random.Next(10);
            Span<byte> image = images.AsSpan(i * 784, 784);
            for (int p = 0; p < image.Length; p++)
            {
                image[p] = (byte)random.Next(80);
            }

            image.Slice((1 + (2 * labels[i])) * 28, 2 * 28).Fill(220);
        }

        File.WriteAllBytes(Path.Combine(folder, $"{name}-images-idx3-ubyte.gz"), Idx.Gzip(Idx.Bytes(Idx.ImagesMagic, [count, 28, 28], images)));
        File.WriteAllBytes(Path.Combine(folder, $"{name}-labels-idx1-ubyte.gz"), Idx.Gzip(Idx.Labels(labels)));
    }
}
