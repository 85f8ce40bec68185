using Sam.Native.Cpu;
using Sam.Native.Tests.Memory;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class SumsTests
{
    // Float sums in blocks: a few ulp of the sum of magnitudes.
    private const double Tolerance = 3e-6;

    public static TheoryData<int, int> Matrices => new()
    {
        { 0, 5 }, { 1, 1 }, { 3, 10 }, { 128, 10 }, { 65, 63 }, { 64, 64 }, { 67, 65 }, { 129, 127 }, { 1009, 17 }, { 37, 1031 },
        { 300, 512 },
    };

    public static TheoryData<int, int, int> Tensors => new()
    {
        { 0, 3, 4 }, { 1, 1, 1 }, { 2, 3, 7 }, { 5, 4, 49 }, { 3, 2, 784 }, { 2, 2, 20_000 }, { 64, 32, 33 },
    };

    [Theory]
    [MemberData(nameof(Matrices))]
    public void ColumnSums_MatchDouble(int rows, int columns)
    {
        float[] matrix = RandomFloats(rows * columns);
        foreach (bool accumulate in (bool[])[false, true])
        {
            float[] actual = Bits.SameEverywhere(team =>
            {
                float[] sums = new float[columns];
                Array.Fill(sums, 2f);
                fixed (float* pm = matrix, ps = sums) ColumnSums.Run(team, rows, columns, pm, ps, accumulate);
                return sums;
            });
            for (int j = 0; j < columns; j++)
            {
                double expected = accumulate ? 2 : 0;
                for (int i = 0; i < rows; i++) expected += matrix[(i * columns) + j];
                Assert.Equal(expected, actual[j], Tolerance * (rows + 2));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tensors))]
    public void ChannelSums_MatchDouble(int batch, int channels, int size)
    {
        float[] tensor = RandomFloats(batch * channels * size);
        foreach (bool accumulate in (bool[])[false, true])
        {
            float[] actual = Bits.SameEverywhere(team =>
            {
                float[] sums = new float[channels];
                Array.Fill(sums, 2f);
                fixed (float* pt = tensor, ps = sums) ChannelSums.Run(team, batch, channels, size, pt, ps, accumulate);
                return sums;
            });
            for (int c = 0; c < channels; c++)
            {
                double expected = accumulate ? 2 : 0;
                for (int b = 0; b < batch; b++)
                {
                    for (int p = 0; p < size; p++) expected += tensor[(((b * channels) + c) * size) + p];
                }

                Assert.Equal(expected, actual[c], Tolerance * Math.Sqrt((batch * size) + 2) * 4);
            }
        }
    }

    [Fact]
    public void Sums_StayInsideTheirBuffersAtAnyAlignmentAndPassNaN()
    {
        for (int columns = 1; columns <= 131; columns++)
        {
            using GuardedBuffer matrix = new(3 * columns);
            using GuardedBuffer sums = new(columns);
            using GuardedBuffer channels = new(3);
            matrix.Span.Fill(1f);
            matrix.Pointer[(2 * columns) - 1] = float.NaN;
            foreach (VectorWidth width in Bits.Widths)
            {
                Simd.Force(width);
                ColumnSums.Run(null, 3, columns, matrix.Pointer, sums.Pointer, accumulate: false);
                for (int j = 0; j < columns - 1; j++) Assert.Equal(3f, sums.Pointer[j]);
                Assert.True(float.IsNaN(sums.Pointer[columns - 1]));
                ChannelSums.Run(null, 1, 3, columns, matrix.Pointer, channels.Pointer, accumulate: false);
                Assert.Equal(columns, channels.Pointer[0]);
                Assert.True(float.IsNaN(channels.Pointer[1]));
                Assert.Equal(columns, channels.Pointer[2]);
                Simd.Force(null);
            }
        }
    }

    private static float[] RandomFloats(int count)
    {
        Random random = new(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (random.NextSingle() - 0.5f) * 2f;
        return values;
    }
}
