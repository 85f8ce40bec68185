using Sam.Native.Tests.Cpu;

namespace Sam.Native.Tests.Optimizers;

/// <summary>Adafactor's kernels over tensors of many shapes, against a double loop over matrices.</summary>
public sealed class FactoredMomentsTests
{
    // Float moments, each rounded twice, and a quotient of a product of them under a root.
    private const double Tolerance = 6e-7;

    private static readonly Shape[] s_shapes =
    [
        new Shape(1), new Shape(700), new Shape(1, 1), new Shape(1, 37), new Shape(37, 1), new Shape(5, 7), new Shape(64, 65), new Shape(70, 16),
        new Shape(300, 200), new Shape(3, 9000), new Shape(20000, 5), new Shape(6, 5, 3, 3), new Shape(200, 40, 3, 3), new Shape(9, 7, 1, 1),
        new Shape(2, 3, 130, 140), new Shape(4, 90, 12), new Shape(2, 2, 3, 2, 2, 4),
    ];

    [Fact]
    public void ThreeSteps_FollowTheReferenceForEveryShape_WithTheSameBitsEverywhere()
    {
        float[]? expected = null;
        foreach (int threads in (int[])[1, 3])
        {
            foreach (Native.Cpu.VectorWidth width in Bits.Widths)
            {
                Native.Cpu.Simd.Force(width);
                try
                {
                    float[] actual = Run(threads, check: expected is null);
                    expected ??= actual;
                    Bits.AssertEqual(expected, actual, $"{threads} threads, {width}");
                }
                finally
                {
                    Native.Cpu.Simd.Force(null);
                }
            }
        }
    }

    [Fact]
    public void ASkippedStep_LeavesTheMoments() =>
        Bits.AssertEqual(Run(threads: 1, check: false), Run(threads: 1, check: false, poison: float.NaN), "weights");

    [Fact]
    public void MemoryOfAMatrix_IsThatOfItsRowsAndColumns()
    {
        using Device device = Device.Cpu();
        using ShapedModel model = new(device, new Shape(1000, 1000));
        using SamOptimizer sgd = new(model, new Sgd(0.1f), Perturbation.None);
        using SamOptimizer factored = new(model, new Adafactor(), Perturbation.None);

        // Two thousand moments and a mean, tables of a few parts, the pieces by tensor.
        Assert.InRange(factored.ByteCount - sgd.ByteCount, 2001 * sizeof(float), 16_000);
    }

    private static float[] Run(int threads, bool check, float poison = 0)
    {
        using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
        using ShapedModel model = new(device, s_shapes);
        using SamOptimizer sam = new(model, new Adafactor(0.1f, weightDecay: 0.1f), Perturbation.None);
        double[][] w = [.. s_shapes.Select((shape, t) => Noise(shape.Count, t))];
        Moments[] moments = [.. s_shapes.Select(static shape => new Moments(shape))];
        for (int t = 0; t < w.Length; t++)
        {
            model.Parameters[t].Write([.. w[t].Select(static x => (float)x)]);
        }

        for (int step = 1; step <= 3; step++)
        {
            if (poison != 0)
            {
                Assert.True(sam.Step(() =>
                {
                    model.ZeroGradients();
                    foreach (Parameter parameter in model.Parameters)
                    {
                        parameter.Gradients.Fill(poison);
                    }

                    return 0;
                }).Skipped);
            }

            double[][] g = [.. s_shapes.Select((shape, t) => Noise(shape.Count, 100 + (10 * step) + t))];
            sam.Step(() =>
            {
                model.ZeroGradients();
                for (int t = 0; t < g.Length; t++)
                {
                    for (int i = 0; i < g[t].Length; i++)
                    {
                        model.Parameters[t].Gradients[i] = (float)g[t][i];
                    }
                }

                return 0;
            });
            for (int t = 0; check && t < g.Length; t++)
            {
                moments[t].Update(w[t], g[t], step);
                for (int i = 0; i < w[t].Length; i++)
                {
                    float actual = model.Parameters[t].Values[i];
                    Assert.True(Math.Abs(w[t][i] - actual) <= Tolerance, $"{s_shapes[t]}, step {step}, element {i}: expected {w[t][i]:g9}, got {actual:g9}");
                }
            }
        }

        List<float> all = [];
        foreach (Parameter parameter in model.Parameters)
        {
            all.AddRange(parameter.Values);
        }

        return [.. all];
    }

    private static double[] Noise(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (double)((random.NextSingle() * 2) - 1))];
    }

    private sealed class Moments(Shape shape)
    {
        private readonly double[] _rows = new double[shape.Count];
        private readonly double[] _columns = new double[shape.Count];

        public void Update(double[] w, double[] g, int step)
        {
            double share = Math.Pow(step, -0.8f), floor = Math.Pow(2, -23);
            int columns = shape.Rank < 2 ? 1 : shape[shape.Rank - 1], rows = shape.Rank < 2 ? 1 : shape[shape.Rank - 2];
            double[] u = new double[w.Length];
            for (int start = 0; start < w.Length; start += rows * columns)
            {
                double[] r = new double[rows], c = new double[columns];
                for (int i = 0; i < rows * columns; i++)
                {
                    double square = g[start + i] * g[start + i];
                    r[i / columns] += square / columns;
                    c[i % columns] += square / rows;
                }

                double mean = 0;
                for (int row = 0; row < rows; row++)
                {
                    ref double moment = ref _rows[(start / columns) + row];
                    moment += share * (r[row] - moment);
                    mean += moment / rows;
                }

                for (int column = 0; column < columns; column++)
                {
                    ref double moment = ref _columns[(start / rows) + column];
                    moment += share * (c[column] - moment);
                }

                for (int i = 0; i < rows * columns; i++)
                {
                    double column = _columns[(start / rows) + (i % columns)];
                    double v = shape.Rank < 2 ? column : _rows[(start / columns) + (i / columns)] * column / Math.Max(mean, floor);
                    u[start + i] = g[start + i] / Math.Max(Math.Sqrt(v), floor);
                }
            }

            double alpha = Math.Max(1e-3, Math.Sqrt(w.Average(static x => x * x))) * Math.Min(0.1, 1 / Math.Sqrt(step));
            double excess = Math.Max(1, Math.Sqrt(u.Average(static x => x * x)));
            for (int i = 0; i < w.Length; i++)
            {
                w[i] = (w[i] * (1 - (0.1 * 0.1))) - (alpha / excess * u[i]);
            }
        }
    }

    private sealed class ShapedModel(Device device, params Shape[] shapes) : Model(device, 1, 1, Describe(shapes))
    {
        protected override void ForwardCore(in PassContext pass)
        {
        }

        protected override void BackwardCore(in PassContext pass)
        {
        }

        private static ModelLayout Describe(Shape[] shapes)
        {
            List<ParameterInfo> parameters = [];
            int offset = 0;
            for (int t = 0; t < shapes.Length; t++)
            {
                parameters.Add(new ParameterInfo($"layer{t}.weight", shapes[t], offset, ParameterRole.Weight, Initializer.Constant(0)));
                offset += (shapes[t].Count + 15) & ~15;
            }

            return new ModelLayout
            {
                Name = "Shaped",
                InputShape = new Shape(1),
                OutputShape = new Shape(1),
                Parameters = [.. parameters],
                Layers = [],
                ArenaCount = offset,
                ActivationCount = 48,
                InputOffset = 0,
                OutputOffset = 16,
                OutputGradientOffset = 32,
            };
        }
    }
}
