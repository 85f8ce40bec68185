using Sam.Cli.Data;

namespace Sam.Cli.Tests.Data;

public sealed class CifarSetTests : IDisposable
{
    private const float Tolerance = 1e-5f;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FilesFollowEachOther_AndValuesAreNormalisedByChannel()
    {
        CifarSet set = CifarSet.Read(Write("a", 3, 9), Write("b", 0));
        Assert.Equal(3, set.Count);
        Assert.Equal([3, 9, 0], set.Labels);
        float[] values = new float[2 * CifarSet.Values];
        set.Load(1, values);

        // Image 0 of file b is the third; its red pixel 5 is 0 * 31 + 5, its blue pixel 7 is 2 * 77 + 7.
        Assert.Equal(((5 / 255.0) - 0.4914) / 0.2470, values[CifarSet.Values + 5], Tolerance);
        Assert.Equal(((161 / 255.0) - 0.4465) / 0.2616, values[CifarSet.Values + 2048 + 7], Tolerance);
    }

    [Fact]
    public void TrainingImages_AreMovedByAtMostTheBorderAndMirrored_AsAFunctionOfTheKey()
    {
        CifarSet set = CifarSet.Read(Write("a", 1, 2));
        float[] original = new float[CifarSet.Values], again = new float[CifarSet.Values], values = new float[CifarSet.Values];
        set.Load(1, original);
        HashSet<(int Down, int Right, bool Mirror)> seen = [];
        for (ulong key = 0; key < 400; key++)
        {
            set.LoadForTraining(1, key, values);
            set.LoadForTraining(1, key, again);
            Assert.Equal(values, again);
            seen.Add(Explain(original, values));
        }

        // 9 by 9 places, twice: 400 draws find most of the 162.
        Assert.True(seen.Count > 130, $"{seen.Count} different cuts");
        Assert.Contains(seen, static s => s.Mirror);
        Assert.Contains(seen, static s => !s.Mirror);
        Assert.All(seen, static s => Assert.True(Math.Abs(s.Down) <= 4 && Math.Abs(s.Right) <= 4));
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(3072, "3072 bytes")]
    [InlineData(6147, "6147 bytes")]
    public void FilesOfAnotherLength_AreNamed(int length, string message)
    {
        File.WriteAllBytes(_folder.File("bad"), new byte[length]);
        CommandException error = Assert.Throws<CommandException>(() => CifarSet.Read(_folder.File("bad")));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("3073", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFiles_AndClassesOutOfRange_AreNamed()
    {
        Assert.Contains("no such file", Assert.Throws<CommandException>(() => CifarSet.Read(_folder.File("none"))).Message, StringComparison.Ordinal);
        string path = Write("a", 1, 10);
        Assert.Contains("that of image 1 is 10", Assert.Throws<CommandException>(() => CifarSet.Read(path)).Message, StringComparison.Ordinal);
        Assert.Contains("licence", Assert.Throws<CommandException>(() => CifarFolder.Find(null)).Message, StringComparison.Ordinal);
        Assert.Contains("no folder", Assert.Throws<CommandException>(() => CifarFolder.Find(_folder.File("none"))).Message, StringComparison.Ordinal);
    }

    internal static byte[] Records(params ReadOnlySpan<byte> labels)
    {
        byte[] bytes = new byte[labels.Length * CifarSet.RecordBytes];
        for (int n = 0; n < labels.Length; n++)
        {
            bytes[n * CifarSet.RecordBytes] = labels[n];
            for (int i = 0; i < CifarSet.Values; i++)
            {
                // Every pixel of a channel's image differs from its neighbours, and images from each other.
                int channel = i / 1024, row = i / 32 % 32, column = i % 32;
                bytes[(n * CifarSet.RecordBytes) + 1 + i] = (byte)((channel * 77) + (row * 31) + column + (n * 3));
            }
        }

        return bytes;
    }

    private static (int Down, int Right, bool Mirror) Explain(float[] original, float[] values)
    {
        foreach (bool mirror in new[] { false, true })
        {
            for (int down = -8; down <= 8; down++)
            {
                for (int right = -8; right <= 8; right++)
                {
                    if (Matches(original, values, down, right, mirror)) return (down, right, mirror);
                }
            }
        }

        throw new InvalidOperationException("The image is no cut of the original.");
    }

    private static bool Matches(float[] original, float[] values, int down, int right, bool mirror)
    {
        float[] black = [(float)(-0.4914 / 0.2470), (float)(-0.4822 / 0.2435), (float)(-0.4465 / 0.2616)];
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i / 1024, row = (i / 32 % 32) + down, column = (mirror ? 31 - (i % 32) : i % 32) + right;
            bool inside = row is >= 0 and < 32 && column is >= 0 and < 32;
            if (values[i] != (inside ? original[(channel * 1024) + (row * 32) + column] : black[channel])) return false;
        }

        return true;
    }

    private string Write(string name, params ReadOnlySpan<byte> labels)
    {
        File.WriteAllBytes(_folder.File(name), Records(labels));
        return _folder.File(name);
    }
}
