using Sam.Native.Cpu;
using Sam.Native.Tests.Memory;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class PoolingTests
{
    // Sums of at most a few thousand floats of size 1 and a quotient.
    private const double Tolerance = 3e-6;

    public static TheoryData<Pool2dShape> Shapes
    {
        get
        {
            TheoryData<Pool2dShape> shapes = new();
            for (int width = 2; width <= 37; width++) shapes.Add(new Pool2dShape(3, 2 + (width % 5), width, 2, 2, 2, 2));
            shapes.Add(new Pool2dShape(32, 28, 28, 2, 2, 2, 2));
            shapes.Add(new Pool2dShape(5, 14, 14, 2, 2, 2, 2));
            shapes.Add(new Pool2dShape(3, 12, 13, 3, 3, 2, 2, 1, 1));
            for (int width = 3; width <= 40; width++)
            {
                shapes.Add(new Pool2dShape(1, 7, width, 3, 3, 2, 2, 1, 1));
                shapes.Add(new Pool2dShape(1, 5, width, 3, 3, 1, 1, 1, 1));
                shapes.Add(new Pool2dShape(2, 6, width, 2, 3, 2, 2, 0, 0));
            }

            shapes.Add(new Pool2dShape(3, 9, 11, 3, 2, 1, 1));
            shapes.Add(new Pool2dShape(2, 12, 31, 4, 5, 3, 2, 2, 2));
            shapes.Add(new Pool2dShape(1, 9, 40, 3, 4, 2, 1, 1, 2));
            shapes.Add(new Pool2dShape(1, 9, 40, 1, 1, 2, 2));
            shapes.Add(new Pool2dShape(2, 9, 11, 2, 3, 3, 4, 1, 1));
            shapes.Add(new Pool2dShape(2, 7, 7, 2, 2, 2, 2, 1, 1));
            shapes.Add(new Pool2dShape(4, 7, 7, 7, 7, 1, 1));
            shapes.Add(new Pool2dShape(2, 150, 150, 150, 150, 1, 1));
            shapes.Add(new Pool2dShape(2, 1, 1, 1, 1, 1, 1));
            shapes.Add(new Pool2dShape(2, 5, 6, 5, 5, 2, 2, 2, 2));
            for (int width = 2; width <= 21; width++)
            {
                // Windows that hang over, at the right, below, or both.
                shapes.Add(new Pool2dShape(2, 5, width, 2, 2, 2, 2, 0, 0, 1, width % 2));
                shapes.Add(new Pool2dShape(1, 6, width + 2, 3, 3, 2, 2, 0, 0, 1, (width + 1) % 2));
                shapes.Add(new Pool2dShape(1, 9, width + 2, 3, 3, 3, 1, 1, 1, 1, 0));
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MaxPool_MatchesTheWindowsMaximum(Pool2dShape shape)
    {
        foreach (bool relu in (bool[])[false, true])
        {
            const int Batch = 3;
            float[] x = Inputs(Batch * shape.InCount, relu);
            float[] dy = RandomFloats(Batch * shape.OutCount, 5);
            float[] both = Bits.SameEverywhere(team =>
            {
                float[] result = new float[(Batch * shape.OutCount) + x.Length];
                Array.Fill(result, 99f);
                fixed (float* px = x, pd = dy, py = result)
                {
                    MaxPool2d.Forward(team, shape, Batch, px, py);
                    MaxPool2d.Backward(team, shape, Batch, px, pd, py + (Batch * shape.OutCount), relu);
                }

                return result;
            });
            float[] y = new float[Batch * shape.OutCount];
            float[] dx = new float[x.Length];
            ForEachWindow(shape, Batch, (output, inside) =>
            {
                int winner = inside[0];
                foreach (int at in inside)
                {
                    if (x[at] > x[winner] || float.IsNaN(x[at])) winner = at;
                }

                y[output] = x[winner];
                if (!relu || x[winner] > 0) dx[winner] += dy[output];
            });
            Bits.AssertEqual(y, both.AsSpan(0, y.Length), $"{shape} forward");
            for (int i = 0; i < dx.Length; i++)
            {
                float actual = both[y.Length + i];
                Assert.True(dx[i] == actual, $"{shape} gradient {i}: {dx[i]}, {actual}");
            }
        }
    }

    [Theory]
    [InlineData(2, 2, 2, 16)]
    [InlineData(3, 3, 1, 9)]
    public void MaxPoolGradient_IsTheDerivative(int height, int kernel, int stride, int width)
    {
        Pool2dShape shape = new(1, height + kernel, width, kernel, kernel, stride, stride);
        float[] x = RandomFloats(shape.InCount, 3);
        float[] dy = RandomFloats(shape.OutCount, 4);
        float[] dx = new float[x.Length];
        fixed (float* px = x, pd = dy, pg = dx) MaxPool2d.Backward(null, shape, 1, px, pd, pg, reluMask: false);
        double Loss(double[] values)
        {
            double loss = 0;
            ForEachWindow(shape, 1, (output, inside) => loss += dy[output] * inside.Max(at => values[at]));
            return loss;
        }

        const double Step = 1e-7;
        double[] wide = Array.ConvertAll(x, value => (double)value);
        for (int i = 0; i < x.Length; i++)
        {
            double keep = wide[i];
            wide[i] = keep + Step;
            double above = Loss(wide);
            wide[i] = keep - Step;
            double below = Loss(wide);
            wide[i] = keep;
            Assert.Equal((above - below) / (2 * Step), dx[i], 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void AvgPool_MatchesTheWindowsMean(Pool2dShape shape)
    {
        foreach (bool countIncludePad in (bool[])[false, true])
        {
            const int Batch = 3;
            float[] x = RandomFloats(Batch * shape.InCount, 1);
            float[] dy = RandomFloats(Batch * shape.OutCount, 5);
            float[] mask = RandomFloats(x.Length, 9);
            int outputs = Batch * shape.OutCount;
            float[] all = Bits.SameEverywhere(team =>
            {
                float[] result = new float[outputs + (2 * x.Length)];
                Array.Fill(result, 99f);
                fixed (float* px = x, pd = dy, py = result, pm = mask)
                {
                    AvgPool2d.Forward(team, shape, Batch, countIncludePad, px, py);
                    AvgPool2d.Backward(team, shape, Batch, countIncludePad, pd, py + outputs, null);
                    AvgPool2d.Backward(team, shape, Batch, countIncludePad, pd, py + outputs + x.Length, pm);
                }

                return result;
            });
            double[] dx = new double[x.Length];
            ForEachWindow(shape, Batch, (output, inside) =>
            {
                int oy = output / shape.OutWidth % shape.OutHeight, ox = output % shape.OutWidth;
                int top = (oy * shape.StrideHeight) - shape.PaddingHeight;
                int left = (ox * shape.StrideWidth) - shape.PaddingWidth;
                int rows = Math.Min(shape.KernelHeight, shape.InHeight + shape.PaddingHeight - top);
                int columns = Math.Min(shape.KernelWidth, shape.InWidth + shape.PaddingWidth - left);
                double divisor = countIncludePad ? rows * columns : inside.Count;
                double mean = 0;
                foreach (int at in inside)
                {
                    mean += x[at] / divisor;
                    dx[at] += dy[output] / divisor;
                }

                Assert.Equal(mean, all[output], Tolerance);
            });
            for (int i = 0; i < dx.Length; i++)
            {
                Assert.Equal(dx[i], all[outputs + i], Tolerance);
                Assert.Equal(mask[i] > 0 ? all[outputs + i] : 0f, all[outputs + x.Length + i]);
            }
        }
    }

    [Fact]
    public void EveryWidth_StaysInsideItsBuffersAtAnyAlignment()
    {
        for (int width = 2; width <= 40; width++)
        {
            Pool2dShape shape = new(1, 5, width, 2, 2, 2, 2);
            using GuardedBuffer x = new(shape.InCount);
            using GuardedBuffer y = new(shape.OutCount);
            using GuardedBuffer dx = new(shape.InCount);
            for (int i = 0; i < shape.InCount; i++) x.Pointer[i] = i * 7 % 13;
            foreach (VectorWidth simd in Bits.Widths)
            {
                Simd.Force(simd);
                MaxPool2d.Forward(null, shape, 1, x.Pointer, y.Pointer);
                MaxPool2d.Backward(null, shape, 1, x.Pointer, y.Pointer, dx.Pointer, reluMask: true);
                if (width >= 3)
                {
                    // Fewer outputs than the buffer holds: their last windows still touch the guarded end of the input.
                    Pool2dShape overlapping = new(1, 5, width, 3, 3, 2, 2);
                    MaxPool2d.Forward(null, overlapping, 1, x.Pointer, y.Pointer);
                    MaxPool2d.Backward(null, overlapping, 1, x.Pointer, y.Pointer, dx.Pointer, reluMask: true);
                }

                AvgPool2d.Forward(null, shape, 1, true, x.Pointer, y.Pointer);
                AvgPool2d.Backward(null, shape, 1, true, y.Pointer, dx.Pointer, null);
                AvgPool2d.Forward(null, new Pool2dShape(1, 5, width, 5, width, 1, 1), 1, true, x.Pointer, y.Pointer);
                Simd.Force(null);
                Assert.Equal(x.Span.ToArray().Average(), y.Pointer[0], 1e-5f);
            }
        }
    }

    private static void ForEachWindow(Pool2dShape shape, int batch, Action<int, List<int>> visit)
    {
        List<int> inside = [];
        for (int plane = 0; plane < batch * shape.Channels; plane++)
        {
            for (int oy = 0; oy < shape.OutHeight; oy++)
            {
                for (int ox = 0; ox < shape.OutWidth; ox++)
                {
                    inside.Clear();
                    for (int ky = 0; ky < shape.KernelHeight; ky++)
                    {
                        for (int kx = 0; kx < shape.KernelWidth; kx++)
                        {
                            int iy = (oy * shape.StrideHeight) - shape.PaddingHeight + ky;
                            int ix = (ox * shape.StrideWidth) - shape.PaddingWidth + kx;
                            if ((uint)iy < (uint)shape.InHeight && (uint)ix < (uint)shape.InWidth)
                            {
                                inside.Add((((plane * shape.InHeight) + iy) * shape.InWidth) + ix);
                            }
                        }
                    }

                    visit((((plane * shape.OutHeight) + oy) * shape.OutWidth) + ox, inside);
                }
            }
        }
    }

    // Few different values, so that windows have equal maxima, with zeros of both signs, NaN and infinities among them.
    private static float[] Inputs(int count, bool relu)
    {
        Random random = new(count);
        float[] x = new float[count];
        for (int i = 0; i < count; i++)
        {
            x[i] = random.Next(40) switch
            {
                0 => float.NaN,
                1 => float.PositiveInfinity,
                2 => float.NegativeInfinity,
                3 => -0f,
                int value => (value % 7) - 3,
            };
            if (relu && x[i] <= 0) x[i] = 0f;
        }

        return x;
    }

    private static float[] RandomFloats(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (random.NextSingle() - 0.5f) * 2f;
        return values;
    }
}
