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
        { 3, [150, 9, 8, 70, 3, 3, 2, 2, 1, 1] },
        { 2, [14, 33, 64, 66, 3, 3, 2, 2, 1, 1] },
        { 13, [20, 8, 8, 130, 3, 3, 2, 2, 1, 1] },
        { 2, [8, 11, 10, 6, 5, 5, 2, 2, 4, 0] },
        { 2, [8, 11, 10, 6, 5, 4, 3, 4, 1, 2] },
        { 2, [12, 9, 9, 300, 1, 1, 2, 2, 0, 0] },
        { 2, [8, 9, 40, 10, 3, 3, 1, 2, 1, 1] },
        { 2, [6, 13, 13, 9, 3, 3, 5, 5, 1, 1] },
        { 1, [264, 2, 3, 512, 3, 3, 1, 1, 1, 1] },
        { 2, [331, 2, 2, 101, 3, 3, 2, 2, 1, 1] },
        { 1, [516, 3, 3, 516, 3, 3, 2, 2, 1, 1, 1, 1, 2] },
        { 1, [150, 4, 4, 200, 3, 3, 1, 1, 1, 1, 2, 2] },
        { 7, [1030, 1, 1, 259, 1, 1, 1, 1, 0, 0] },
        { 1, [40, 4, 4, 30, 3, 3, 1, 1, 1, 1] },
        { 4, [33, 3, 3, 18, 3, 3, 2, 2, 1, 1] },
        { 2, [32, 16, 16, 48, 3, 3, 1, 1, 1, 1] },
        { 13, [48, 7, 9, 32, 3, 3, 1, 1, 0, 2] },
        { 3, [32, 13, 18, 80, 3, 3, 1, 1, 2, 0] },
        { 2, [48, 30, 29, 32, 5, 5, 1, 1, 0, 4] },
        { 1, [272, 12, 12, 32, 3, 3, 1, 1, 1, 1] },
        { 2, [32, 5, 200, 32, 3, 3, 1, 1, 1, 1] },
        { 9, [352, 4, 4, 336, 3, 3, 1, 1, 1, 1] },
        { 5, [3, 32, 32, 64, 3, 3, 1, 1, 1, 1] },
        { 19, [4, 14, 16, 26, 3, 3, 1, 1, 2, 1] },
        { 9, [2, 20, 34, 5, 3, 3, 1, 1, 0, 0] },
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
        foreach ((bool masked, bool accumulate) in ((bool, bool)[])[(false, false), (true, false), (false, true), (true, true)])
        {
            using GuardedBuffer dy = Filled(random, batch * shape.OutCount);
            using GuardedBuffer w = Filled(random, shape.WeightCount);
            using GuardedBuffer x = Filled(random, batch * shape.InCount);
            using GuardedBuffer dx = new(batch * shape.InCount);
            using GuardedBuffer workspace = Workspace(shape, batch);
            float[] old = Filled(random, dx.Count).Span.ToArray();
            (double[] expected, double[] size) = Sums(shape, batch, default, w.Span, dy.Span, dx.Count, Direction.Data);
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] += accumulate ? old[i] : 0;
                size[i] += accumulate ? Math.Abs(old[i]) : 0;
                expected[i] = !masked || x.Span[i] > 0 ? expected[i] : 0;
            }

            Everywhere(dx, expected, size, shape.OutChannels / shape.Groups * shape.KernelHeight * shape.KernelWidth, (team, width) =>
            {
                if (accumulate)
                {
                    old.CopyTo(dx.Span);
                }

                Convolution.BackwardData(
                    team, shape, batch, dy.Pointer, w.Pointer, masked ? x.Pointer : null, dx.Pointer, accumulate, workspace.Pointer, width);
            });
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

    // Measured: 0.7 to 1.3 for F(2, 3), to 2.6 for F(4, 3), to 1.7 for F(2, 5) and 3.6 for its weight gradient.
    private const double FastErrorFactor = 4;

    /// <summary>Each form in each direction, on values around 0 and on values above it, as behind a ReLU, beside a loop of fused multiply-adds
    /// in single precision: roots of the mean square.</summary>
    [Theory]
    [InlineData(8, 3, 1, 6, 64, "FourOutputsThreeTaps")]
    [InlineData(16, 3, 1, 4, 128, "FourOutputsThreeTaps")]
    [InlineData(6, 3, 1, 12, 64, "TwoOutputsThreeTaps")]
    [InlineData(10, 5, 2, 4, 64, "TwoOutputsFiveTaps")]
    public void FastForms_ErrLessThanFourTimesALoop(int side, int taps, int padding, int batch, int channels, string form)
    {
        Conv2dShape shape = new(channels, side, side, 48, taps, taps, 1, 1, padding, padding);
        Assert.Equal(form, WinogradPlan.Convolution(shape, batch).ToString());
        Assert.Equal(form, WinogradPlan.Data(shape, batch).ToString());
        Assert.Equal(form, WinogradPlan.Weights(shape, batch).ToString());
        foreach (Direction direction in (Direction[])[Direction.Forward, Direction.Data, Direction.Weight])
        {
            foreach (bool positive in (bool[])[false, true])
            {
                (double fast, double loop) = Errors(shape, batch, direction, positive);
                Assert.True(fast <= FastErrorFactor * loop, $"{direction}: an error of {fast}, the loop's is {loop}.");
            }
        }
    }

    /// <summary>Errors of a direction and of a loop in single precision, roots of the mean square.</summary>
    private (double Direction, double Loop) Errors(in Conv2dShape shape, int batch, Direction direction, bool positive)
    {
        Random random = new(4);
        using GuardedBuffer x = Filled(random, batch * shape.InCount);
        using GuardedBuffer w = Filled(random, shape.WeightCount);
        using GuardedBuffer dy = Filled(random, batch * shape.OutCount);
        foreach (ref float value in x.Span) value = positive ? Math.Max(0, value) : value;
        foreach (ref float value in dy.Span) value = positive ? Math.Max(0, value) : value;
        using GuardedBuffer workspace = Workspace(shape, batch);
        int count = direction switch
        {
            Direction.Forward => batch * shape.OutCount,
            Direction.Data => batch * shape.InCount,
            _ => shape.WeightCount + shape.OutChannels,
        };
        using GuardedBuffer result = new(count);
        float[] loop = new float[count];
        (double[] expected, _) = Sums(shape, batch, x.Span, w.Span, dy.Span, count, direction, loop);
        switch (direction)
        {
            case Direction.Forward:
                Convolution.Forward(_teams[1], shape, batch, x.Pointer, w.Pointer, null, false, result.Pointer, workspace.Pointer);
                break;
            case Direction.Data:
                Convolution.BackwardData(_teams[1], shape, batch, dy.Pointer, w.Pointer, null, result.Pointer, false, workspace.Pointer);
                break;
            default:
                Convolution.BackwardWeight(
                    _teams[1], shape, batch, x.Pointer, dy.Pointer, result.Pointer, result.Pointer + shape.WeightCount, false,
                    workspace.Pointer);
                break;
        }

        double error = 0;
        double loopError = 0;
        int compared = direction == Direction.Weight ? shape.WeightCount : count;
        for (int i = 0; i < compared; i++)
        {
            error += Math.Pow(result.Span[i] - expected[i], 2);
            loopError += Math.Pow(loop[i] - expected[i], 2);
        }

        return (Math.Sqrt(error / compared), Math.Sqrt(loopError / compared));
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
            Convolution.BackwardData(_teams[1], shape, Batch, y.Pointer, w.Pointer, null, x.Pointer, false, workspace.Pointer);
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

    /// <summary>The result of one direction in doubles, and the sum of the magnitudes of its terms; also in a loop of floats if asked.</summary>
    private static (double[] Sum, double[] Size) Sums(
        in Conv2dShape s, int batch, Span<float> x, Span<float> w, Span<float> dy, int count, Direction direction, float[]? loop = null)
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
            if (loop is not null) loop[index] = MathF.FusedMultiplyAdd((float)left, (float)right, loop[index]);
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
