using System.Runtime.InteropServices;
using Sam.Native.Cpu;
using Sam.Native.Tests.Memory;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class ConvolutionTests : IDisposable
{
    // Half an ulp for each addition of the longest chain, and a few for the bias and the rounding to float.
    private const double UnitRoundoff = 1.0 / (1 << 24);

    private readonly WorkerTeam[] _teams = [new(1), new(2), new(3)];

    /// <summary>Batch, then the shape's numbers in order.</summary>
    public static TheoryData<int, int[]> Shapes => new()
    {
        { 3, [1, 28, 28, 32, 5, 5, 1, 1, 2, 2] },
        { 5, [32, 14, 14, 64, 5, 5, 1, 1, 2, 2] },
        { 2, [3, 32, 32, 16, 3, 3, 1, 1, 1, 1] },
        { 2, [16, 16, 16, 24, 3, 3, 2, 2, 1, 1] },
        { 3, [16, 8, 8, 8, 1, 1, 2, 2, 0, 0] },
        { 3, [40, 7, 7, 13, 1, 1, 1, 1, 0, 0] },
        { 33, [70, 4, 4, 30, 3, 3, 1, 1, 1, 1] },
        { 1, [3, 40, 40, 10, 7, 7, 2, 2, 3, 3] },
        { 2, [4, 9, 11, 6, 3, 2, 2, 1, 0, 1, 1, 2] },
        { 2, [4, 15, 13, 6, 3, 3, 1, 1, 4, 4, 3, 2] },
        { 2, [6, 10, 9, 8, 3, 3, 3, 2, 1, 2, 2, 3] },
        { 2, [4, 12, 12, 4, 2, 2, 4, 4, 0, 0] },
        { 2, [8, 9, 9, 12, 3, 3, 1, 1, 1, 1, 1, 1, 4] },
        { 3, [6, 7, 7, 6, 3, 3, 2, 2, 1, 1, 1, 1, 6] },
        { 2, [2, 1, 1, 3, 1, 1, 1, 1, 0, 0] },
        { 2, [2, 1, 1, 3, 3, 3, 1, 1, 1, 1] },
        { 1, [2, 3, 600, 3, 3, 3, 1, 1, 1, 1] },
        { 1, [2, 600, 3, 3, 3, 3, 1, 1, 1, 1] },
        { 1, [30, 3, 420, 5, 3, 3, 1, 1, 0, 0] },
        { 1, [1, 5, 5, 2, 2, 2, 1, 1, 6, 6] },
        { 1, [24, 300, 12, 3, 3, 3, 1, 1, 140, 120, 140, 120] },
        { 70, [2, 3, 3, 3, 2, 2, 1, 1, 0, 0] },
        { 1, [1, 30, 30, 1, 3, 3, 1, 1, 1, 1] },
        { 2, [129, 6, 6, 257, 3, 3, 1, 1, 1, 1] },
        { 5, [32, 8, 8, 48, 3, 3, 1, 1, 1, 1] },
        { 2, [48, 9, 13, 32, 3, 3, 1, 1, 0, 2] },
        { 13, [32, 4, 4, 32, 3, 3, 1, 1, 1, 1] },
        { 1, [32, 32, 32, 64, 3, 3, 1, 1, 1, 1] },
        { 2, [272, 10, 10, 32, 3, 3, 1, 1, 2, 0] },
        { 2, [48, 11, 17, 32, 5, 5, 1, 1, 3, 4] },
        { 2, [48, 29, 30, 32, 3, 3, 1, 1, 1, 1] },
        { 1, [80, 2, 2, 100, 3, 3, 1, 1, 1, 1] },
    };

    public void Dispose()
    {
        foreach (WorkerTeam team in _teams)
        {
            team.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_AgreesWithDoubles_AndHasTheSameBitsEverywhere(int batch, int[] numbers)
    {
        Conv2dShape shape = Shape(numbers);
        Random random = new(1);
        foreach ((bool bias, bool relu) in ((bool, bool)[])[(false, false), (true, false), (true, true), (false, true)])
        {
            using GuardedBuffer x = Filled(random, batch * shape.InCount);
            using GuardedBuffer w = Filled(random, shape.WeightCount);
            using GuardedBuffer b = Filled(random, shape.OutChannels);
            using GuardedBuffer y = new(batch * shape.OutCount);
            using GuardedBuffer workspace = Workspace(shape, batch);
            (double[] expected, double[] size) = Sums(shape, batch, x.Span, w.Span, default, batch * shape.OutCount, Direction.Forward);
            for (int i = 0; i < expected.Length; i++)
            {
                float addend = bias ? b.Span[i / (shape.OutHeight * shape.OutWidth) % shape.OutChannels] : 0;
                expected[i] += addend;
                size[i] += Math.Abs(addend);
                expected[i] = relu ? Math.Max(0, expected[i]) : expected[i];
            }

            Everywhere(y, expected, size, shape.InChannels / shape.Groups * shape.KernelHeight * shape.KernelWidth, (team, width) =>
                Convolution.Forward(
                    team, shape, batch, x.Pointer, w.Pointer, bias ? b.Pointer : null, relu, y.Pointer, workspace.Pointer, width));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void BackwardData_AgreesWithDoubles_AndHasTheSameBitsEverywhere(int batch, int[] numbers)
    {
        Conv2dShape shape = Shape(numbers);
        Random random = new(2);
        foreach (bool masked in (bool[])[false, true])
        {
            using GuardedBuffer dy = Filled(random, batch * shape.OutCount);
            using GuardedBuffer w = Filled(random, shape.WeightCount);
            using GuardedBuffer x = Filled(random, batch * shape.InCount);
            using GuardedBuffer dx = new(batch * shape.InCount);
            using GuardedBuffer workspace = Workspace(shape, batch);
            (double[] expected, double[] size) = Sums(shape, batch, default, w.Span, dy.Span, dx.Count, Direction.Data);
            for (int i = 0; masked && i < expected.Length; i++)
            {
                expected[i] = x.Span[i] > 0 ? expected[i] : 0;
            }

            Everywhere(dx, expected, size, shape.OutChannels / shape.Groups * shape.KernelHeight * shape.KernelWidth, (team, width) =>
                Convolution.BackwardData(
                    team, shape, batch, dy.Pointer, w.Pointer, masked ? x.Pointer : null, dx.Pointer, workspace.Pointer, width));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void BackwardWeight_AgreesWithDoubles_AndHasTheSameBitsEverywhere(int batch, int[] numbers)
    {
        Conv2dShape shape = Shape(numbers);
        Random random = new(3);
        foreach (bool accumulate in (bool[])[false, true])
        {
            using GuardedBuffer dy = Filled(random, batch * shape.OutCount);
            using GuardedBuffer x = Filled(random, batch * shape.InCount);
            using GuardedBuffer gradients = new(shape.WeightCount + shape.OutChannels);
            using GuardedBuffer workspace = Workspace(shape, batch);
            float[] old = Filled(random, gradients.Count).Span.ToArray();
            (double[] expected, double[] size) = Sums(shape, batch, x.Span, default, dy.Span, gradients.Count, Direction.Weight);
            for (int i = 0; accumulate && i < expected.Length; i++)
            {
                expected[i] += old[i];
                size[i] += Math.Abs(old[i]);
            }

            Everywhere(gradients, expected, size, batch * shape.OutHeight * shape.OutWidth, (team, width) =>
            {
                if (accumulate)
                {
                    old.CopyTo(gradients.Span);
                }

                Convolution.BackwardWeight(
                    team, shape, batch, x.Pointer, dy.Pointer, gradients.Pointer, gradients.Pointer + shape.WeightCount, accumulate,
                    workspace.Pointer, width);
            });
        }
    }

    // The transforms add up to four (three taps) or seven (five taps) values that are larger than their sum by a small factor.
    private const double FastErrorFactor = 4;

    [Theory]
    [InlineData(8, 3, 1, 2, 6)]
    [InlineData(10, 5, 2, 1, 4)]
    public void FastForms_ErrLessThanFourTimesTheDirectSum(int side, int taps, int padding, int directBatch, int fastBatch)
    {
        Conv2dShape shape = new(64, side, side, 48, taps, taps, 1, 1, padding, padding);
        Assert.False(WinogradPlan.Applies(shape, directBatch));
        Assert.True(WinogradPlan.AppliesToWeights(shape, fastBatch));
        foreach (Direction direction in (Direction[])[Direction.Forward, Direction.Data, Direction.Weight])
        {
            double direct = RelativeError(shape, directBatch, direction);
            double fast = RelativeError(shape, fastBatch, direction);
            Assert.True(fast <= FastErrorFactor * direct, $"{direction}: {fast} relative error, the direct sum's is {direct}.");
        }
    }

    /// <summary>Root of the mean square error over root of the mean square.</summary>
    private double RelativeError(in Conv2dShape shape, int batch, Direction direction)
    {
        Random random = new(4);
        using GuardedBuffer x = Filled(random, batch * shape.InCount);
        using GuardedBuffer w = Filled(random, shape.WeightCount);
        using GuardedBuffer dy = Filled(random, batch * shape.OutCount);
        using GuardedBuffer workspace = Workspace(shape, batch);
        int count = direction switch
        {
            Direction.Forward => batch * shape.OutCount,
            Direction.Data => batch * shape.InCount,
            _ => shape.WeightCount + shape.OutChannels,
        };
        using GuardedBuffer result = new(count);
        (double[] expected, _) = Sums(shape, batch, x.Span, w.Span, dy.Span, count, direction);
        switch (direction)
        {
            case Direction.Forward:
                Convolution.Forward(_teams[1], shape, batch, x.Pointer, w.Pointer, null, false, result.Pointer, workspace.Pointer);
                break;
            case Direction.Data:
                Convolution.BackwardData(_teams[1], shape, batch, dy.Pointer, w.Pointer, null, result.Pointer, workspace.Pointer);
                break;
            default:
                Convolution.BackwardWeight(
                    _teams[1], shape, batch, x.Pointer, dy.Pointer, result.Pointer, result.Pointer + shape.WeightCount, false,
                    workspace.Pointer);
                break;
        }

        double error = 0;
        double square = 0;
        int compared = direction == Direction.Weight ? shape.WeightCount : count;
        for (int i = 0; i < compared; i++)
        {
            error += Math.Pow(result.Span[i] - expected[i], 2);
            square += expected[i] * expected[i];
        }

        return Math.Sqrt(error / square);
    }

    [Fact]
    public void Convolutions_AllocateNothing()
    {
        Conv2dShape shape = new(8, 14, 14, 16, 3, 3, 2, 2, 1, 1);
        const int Batch = 8;
        using GuardedBuffer x = Filled(new Random(1), Batch * shape.InCount);
        using GuardedBuffer w = Filled(new Random(2), shape.WeightCount);
        using GuardedBuffer y = new(Batch * shape.OutCount);
        using GuardedBuffer workspace = Workspace(shape, Batch);
        long before = 0;
        for (int i = 0; i < 60; i++)
        {
            if (i == 10)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            Convolution.Forward(_teams[1], shape, Batch, x.Pointer, w.Pointer, null, false, y.Pointer, workspace.Pointer);
            Convolution.BackwardWeight(_teams[1], shape, Batch, x.Pointer, y.Pointer, w.Pointer, null, false, workspace.Pointer);
            Convolution.BackwardData(_teams[1], shape, Batch, y.Pointer, w.Pointer, null, x.Pointer, workspace.Pointer);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ImpossibleShapes_AreRefused()
    {
        foreach (int[] numbers in (int[][])
            [
                [0, 4, 4, 4, 3, 3], [4, 4, 4, 4, 5, 3], [4, 4, 4, 4, 3, 5], [4, 4, 4, 4, 3, 3, 0, 1], [4, 4, 4, 4, 3, 3, 1, 1, -1, 0],
                [4, 4, 4, 4, 3, 3, 1, 1, 0, 0, 3, 1], [4, 4, 4, 6, 3, 3, 1, 1, 0, 0, 1, 1, 4], [6, 4, 4, 4, 3, 3, 1, 1, 0, 0, 1, 1, 4],
            ])
        {
            Conv2dShape shape = Shape(numbers);
            Assert.Throws<ArgumentException>("shape", () => Convolution.WorkspaceBytes(shape, 1, 1));
            float value = 5f;
            float* p = &value;
            try
            {
                Convolution.Forward(_teams[0], shape, 1, p, p, null, false, p, p);
                Assert.Fail("An impossible shape was taken.");
            }
            catch (ArgumentException exception)
            {
                Assert.Equal("shape", exception.ParamName);
            }

            Assert.Equal(5f, value);
        }

        Assert.Throws<ArgumentOutOfRangeException>("batch", () => Convolution.WorkspaceBytes(new Conv2dShape(1, 4, 4, 1, 3, 3), -1, 1));
        Assert.Throws<ArgumentNullException>(
            "input", () => Convolution.Forward(_teams[0], new Conv2dShape(1, 4, 4, 1, 3, 3), 1, null, null, null, false, null, null));
    }

    private static Conv2dShape Shape(int[] n)
    {
        int[] full = [0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1];
        n.CopyTo(full, 0);
        return new Conv2dShape(
            full[0], full[1], full[2], full[3], full[4], full[5], full[6], full[7], full[8], full[9], full[10], full[11], full[12]);
    }

    private static GuardedBuffer Workspace(in Conv2dShape shape, int batch)
    {
        GuardedBuffer workspace = new((int)(Convolution.WorkspaceBytes(shape, batch, 3) / sizeof(float)));
        workspace.Span.Fill(float.NaN);
        return workspace;
    }

    private static GuardedBuffer Filled(Random random, int count)
    {
        GuardedBuffer buffer = new(count, random.Next(2) == 0);
        foreach (ref float value in buffer.Span)
        {
            value = (random.NextSingle() * 2) - 1;
        }

        return buffer;
    }

    /// <summary>The result of one direction in doubles, and the sum of the magnitudes of its terms.</summary>
    private static (double[] Sum, double[] Size) Sums(
        in Conv2dShape s, int batch, Span<float> x, Span<float> w, Span<float> dy, int count, Direction direction)
    {
        double[] sum = new double[count];
        double[] size = new double[count];
        int inChannels = s.InChannels / s.Groups;
        int outChannels = s.OutChannels / s.Groups;
        for (int b = 0; b < batch; b++)
        {
            for (int m = 0; m < s.OutChannels; m++)
            {
                for (int i = 0; i < s.OutHeight; i++)
                {
                    for (int j = 0; j < s.OutWidth; j++)
                    {
                        int y = (((((b * s.OutChannels) + m) * s.OutHeight) + i) * s.OutWidth) + j;
                        if (direction == Direction.Weight)
                        {
                            Add(s.WeightCount + m, dy[y], 1);
                        }

                        for (int c = 0; c < inChannels; c++)
                        {
                            for (int r = 0; r < s.KernelHeight; r++)
                            {
                                int row = (i * s.StrideHeight) + (r * s.DilationHeight) - s.PaddingHeight;
                                for (int t = 0; t < s.KernelWidth && (uint)row < (uint)s.InHeight; t++)
                                {
                                    int column = (j * s.StrideWidth) + (t * s.DilationWidth) - s.PaddingWidth;
                                    if ((uint)column >= (uint)s.InWidth)
                                    {
                                        continue;
                                    }

                                    int channel = (m / outChannels * inChannels) + c;
                                    int at = (((((b * s.InChannels) + channel) * s.InHeight) + row) * s.InWidth) + column;
                                    int weight = (((((m * inChannels) + c) * s.KernelHeight) + r) * s.KernelWidth) + t;
                                    switch (direction)
                                    {
                                        case Direction.Forward:
                                            Add(y, x[at], w[weight]);
                                            break;
                                        case Direction.Data:
                                            Add(at, dy[y], w[weight]);
                                            break;
                                        default:
                                            Add(weight, dy[y], x[at]);
                                            break;
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }

        return (sum, size);

        void Add(int index, double left, double right)
        {
            sum[index] += left * right;
            size[index] += Math.Abs(left * right);
        }
    }

    private void Everywhere(GuardedBuffer result, double[] expected, double[] size, int terms, Action<WorkerTeam, VectorWidth> run)
    {
        float[]? first = null;
        foreach (VectorWidth width in (VectorWidth[])[VectorWidths.Best, VectorWidth.Vector512, VectorWidth.Vector256, VectorWidth.Vector128])
        {
            foreach (WorkerTeam team in _teams)
            {
                result.Span.Fill(float.NaN);
                run(team, width);
                if (first is not null)
                {
                    if (!MemoryMarshal.AsBytes(result.Span).SequenceEqual(MemoryMarshal.AsBytes<float>(first)))
                    {
                        Assert.Fail($"{width} with {team.Threads} threads gives other bits.");
                    }

                    continue;
                }

                first = result.Span.ToArray();
                for (int i = 0; i < first.Length; i++)
                {
                    double tolerance = (terms + 4) * UnitRoundoff * size[i];
                    if (!(Math.Abs(first[i] - expected[i]) <= tolerance))
                    {
                        Assert.Fail($"Element {i} is {first[i]}, expected {expected[i]} within {tolerance}.");
                    }
                }
            }
        }
    }

    private enum Direction
    {
        Forward,
        Data,
        Weight,
    }
}
