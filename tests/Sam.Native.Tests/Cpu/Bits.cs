using Sam.Native.Cpu;

namespace Sam.Native.Tests.Cpu;

/// <summary>Runs a kernel with every register width and number of threads and asks for the same bits.</summary>
internal static class Bits
{
    public static readonly VectorWidth[] Widths = [VectorWidth.Vector512, VectorWidth.Vector256, VectorWidth.Vector128];

    // Shared by all tests, whose runs follow one another on it.
    private static readonly WorkerTeam[] s_teams = [new WorkerTeam(1), new WorkerTeam(2), new WorkerTeam(3)];

    /// <summary>Runs <paramref name="kernel"/>, which returns its outputs, in every configuration.</summary>
    /// <returns>The outputs of the first.</returns>
    public static float[] SameEverywhere(Func<WorkerTeam, float[]> kernel)
    {
        float[]? expected = null;
        foreach (WorkerTeam team in s_teams)
        {
            foreach (VectorWidth width in Widths)
            {
                Simd.Force(width);
                try
                {
                    float[] actual = kernel(team);
                    expected ??= actual;
                    AssertEqual(expected, actual, $"{width}, {team.Threads} threads");
                }
                finally
                {
                    Simd.Force(null);
                }
            }
        }

        return expected!;
    }

    public static void AssertEqual(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i])
                && !(float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
            {
                Assert.Fail($"Element {i} of {expected.Length}: expected {expected[i]:R}, was {actual[i]:R} ({where}).");
            }
        }
    }
}
