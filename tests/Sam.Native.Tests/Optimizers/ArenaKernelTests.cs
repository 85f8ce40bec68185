using Sam.Native.Cpu;
using Sam.Native.Tests.Cpu;
using Sam.Native.Tests.Memory;

namespace Sam.Native.Tests.Optimizers;

/// <summary>The optimizers' kernels by themselves: sizes, guard pages, extremes.</summary>
public sealed unsafe class ArenaKernelTests
{
    private static readonly WorkerTeam s_team = new(2);

    public static TheoryData<int> Counts => [.. Enumerable.Range(1, 70), 255, 256, 257, 1009, 16384];

    [Theory]
    [MemberData(nameof(Counts))]
    public void Kernels_TouchNothingBeyondTheirPieces(int count)
    {
        using GuardedBuffer w = new(count), saved = new(count), g = new(count), h = new(count), slot = new(count), next = new(count);
        double* partials = stackalloc double[4];
        double* sums = stackalloc double[4];
        float* coefficients = stackalloc float[UpdateArguments.CoefficientCount];
        foreach (VectorWidth width in Bits.Widths)
        {
            Simd.Force(width);
            for (int i = 0; i < count; i++)
            {
                w.Span[i] = 1 + i;
                g.Span[i] = 2;
                h.Span[i] = 1;
                slot.Span[i] = 0;
            }

            ArenaPiece piece = new(0, count, 0, 0, 1);
            new Span<float>(coefficients, UpdateArguments.CoefficientCount).Clear();
            coefficients[0] = 1;
            coefficients[1] = 0.5f;
            ArenaPieces pieces = new(new DevicePointer<ArenaPiece>(&piece), 1, count, 1, new DevicePointer<double>(partials));
            PerturbGroup[] groups = [new PerturbGroup(1, 0.1f, 1)];
            ArenaProducts.Run(s_team, pieces, g.Pointer, h.Pointer, sums);
            Assert.Equal([4.0 * count, 2.0 * count, count], new ReadOnlySpan<double>(sums, 3).ToArray());
            foreach ((BallNorm norm, float p) in (ReadOnlySpan<(BallNorm, float)>)[(BallNorm.None, 2), (BallNorm.One, 1), (BallNorm.Two, 2),
                (BallNorm.Infinity, float.PositiveInfinity), (BallNorm.General, 3), (BallNorm.General, 2.7f)])
            {
                ArenaMeasure.Run(s_team, pieces, norm, p, groups, g.Pointer, w.Pointer, sums);
                PerturbArguments arguments = new()
                {
                    Norm = norm,
                    P = p,
                    Direction = At(g),
                    Source = At(w),
                    Weights = At(w),
                    Saved = At(saved),
                    Kept = At(next),
                    Measured = new DevicePointer<double>(sums),
                };
                ArenaPerturb.Run(s_team, pieces, arguments, groups);
                Assert.NotEqual(1 + count - 1, w.Span[count - 1]);
                ArenaCombine.Restore(s_team, pieces, saved.Pointer, w.Pointer);
                Assert.Equal(count, w.Span[count - 1]);
                Assert.Equal(2, next.Span[count - 1]);
            }

            UpdateArguments update = new()
            {
                Gradient = At(h),
                Other = At(g),
                Coefficients = new DevicePointer<float>(coefficients),
                Saved = At(saved),
                Weights = At(w),
                Slot0 = At(slot)
            };
            ArenaUpdate.Run<SgdMomentumRule>(s_team, pieces, update, [new SgdMomentumRule(new StepScalars(0.5f, 0, 1), 0.9f, 1, 0, 1)]);
            ArenaCombine.Run(s_team, pieces, g.Pointer, h.Pointer, coefficients, h.Pointer);
            ArenaCombine.Clamp(s_team, pieces, 1.5f, h.Pointer);
            ArenaCombine.Friendly(s_team, pieces, new FriendlyStep(1, 0.5f, 0, 0), false, g.Pointer, slot.Pointer, next.Pointer, h.Pointer);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(1 + i - 1f, w.Span[i]);
                Assert.Equal(2, slot.Span[i]);
                Assert.Equal(2, h.Span[i]);
                Assert.Equal(0, g.Span[i]);
            }

            Simd.Force(null);
        }

        static DevicePointer<float> At(GuardedBuffer buffer) => new(buffer.Pointer);
    }

    /// <summary>Arenas that no cache holds are written past the caches; the pieces of one are told so by its size.</summary>
    [Theory]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(160)]
    [InlineData(16384)]
    public void LargeArenas_HaveTheBitsOfSmallOnes(int count)
    {
        foreach (VectorWidth width in Bits.Widths)
        {
            Simd.Force(width);
            Assert.Equal(StepIn(count, elements: count), StepIn(count, elements: 1L << 24));
            Simd.Force(null);
        }
    }

    // Saved weights, perturbed weights, restored weights and updated weights of a step on a piece of an arena.
    private static float[] StepIn(int count, long elements)
    {
        using GuardedBuffer w = new(count), saved = new(count), g = new(count), slot = new(count);
        Random random = new(5);
        for (int i = 0; i < count; i++)
        {
            w.Span[i] = random.NextSingle() - 0.5f;
            g.Span[i] = random.NextSingle() - 0.5f;
            slot.Span[i] = random.NextSingle();
            saved.Span[i] = float.NaN;
        }

        double* partials = stackalloc double[4];
        double* sums = stackalloc double[4];
        float* coefficients = stackalloc float[UpdateArguments.CoefficientCount];
        ArenaPiece piece = new(0, count, 0, 0, 1);
        ArenaPieces pieces = new(new DevicePointer<ArenaPiece>(&piece), 1, elements, 1, new DevicePointer<double>(partials));
        PerturbGroup[] groups = [new PerturbGroup(1, 0.1f, 1)];
        ArenaMeasure.Run(s_team, pieces, BallNorm.Two, 2, groups, g.Pointer, w.Pointer, sums);
        PerturbArguments arguments = new()
        {
            Norm = BallNorm.Two,
            P = 2,
            Direction = new(g.Pointer),
            Source = new(w.Pointer),
            Weights = new(w.Pointer),
            Saved = new(saved.Pointer),
            Measured = new DevicePointer<double>(sums),
        };
        ArenaPerturb.Run(s_team, pieces, arguments, groups);
        List<float> seen = [.. saved.Span, .. w.Span];
        ArenaCombine.Restore(s_team, pieces, saved.Pointer, w.Pointer);
        seen.AddRange(w.Span);
        w.Span.Fill(float.NaN);
        UpdateArguments update = new() { Gradient = new(g.Pointer), Saved = new(saved.Pointer), Weights = new(w.Pointer), Slot0 = new(slot.Pointer) };
        ArenaUpdate.Run<SgdMomentumRule>(s_team, pieces, update, [new SgdMomentumRule(new StepScalars(0.5f, 0, 1), 0.9f, 1, 0, 1)]);
        seen.AddRange(w.Span);
        Assert.DoesNotContain(float.NaN, seen);
        return [.. seen];
    }

    [Fact]
    public void NonFiniteElement_MakesEveryMeasureNotFinite()
    {
        float[] g = new float[300], w = new float[300];
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            foreach (int at in (int[])[0, 100, 299])
            {
                Array.Fill(g, 1);
                Array.Fill(w, 1);
                g[at] = bad;
                foreach (BallNorm norm in Enum.GetValues<BallNorm>())
                {
                    double[] measured = MeasureOf(g, w, norm, 3);
                    Assert.False(double.IsFinite(measured[Measure.Sum]) && double.IsFinite(measured[Measure.Maximum]),
                        $"{norm}, {bad} at {at}");
                    Assert.False(double.IsFinite(measured[Measure.Squares]));
                }
            }
        }
    }

    [Fact]
    public void TinyAndHugeGradients_NeitherVanishNorOverflow()
    {
        float[] w = new float[300];
        Array.Fill(w, 1);
        foreach (float size in (float[])[1e-40f, 1e-30f, 1e-10f, 1, 1e10f, 1e38f])
        {
            float[] g = new float[300];
            for (int i = 0; i < g.Length; i++)
            {
                g[i] = size * (i % 2 == 0 ? 1 : -0.5f);
            }

            foreach ((BallNorm norm, float p) in (ReadOnlySpan<(BallNorm, float)>)[(BallNorm.One, 1), (BallNorm.Two, 2),
                (BallNorm.Infinity, float.PositiveInfinity), (BallNorm.General, 3), (BallNorm.General, 1.05f), (BallNorm.General, 100)])
            {
                double length = 0;
                double[] moved = Moved(g, norm, p);
                foreach (double m in moved)
                {
                    length = float.IsInfinity(p) ? Math.Max(length, Math.Abs(m)) : length + Math.Pow(Math.Abs(m), p);
                }

                // Subnormal gradients themselves have few digits.
                Assert.Equal(1, float.IsInfinity(p) ? length : Math.Pow(length, 1 / p), 1e-5);
            }
        }
    }

    [Fact]
    public void TiedLargestCoordinates_ShareRhoAtPOne()
    {
        float[] g = [1, -3, 0.5f, 3, -3, 2];
        Assert.Equal([0, -1 / 3.0, 0, 1 / 3.0, -1 / 3.0, 0],
            Moved(g, BallNorm.One, 1).Select(static x => Math.Round(x, 6) == Math.Round(1 / 3.0, 6) ? 1 / 3.0
            : Math.Round(x, 6) == Math.Round(-1 / 3.0, 6) ? -1 / 3.0 : x));
    }

    [Fact]
    public void SignOfZero_IsZeroAtPInfinity() =>
        Assert.Equal([1, -1, 0, 0], Moved([0.5f, -2, 0, -0f], BallNorm.Infinity, float.PositiveInfinity));

    private static double[] Moved(float[] g, BallNorm norm, float p)
    {
        float[] w = new float[g.Length];
        double[] measured = MeasureOf(g, w, norm, p);
        ArenaPiece piece = new(0, g.Length, 0, 0, 1);
        double* partials = stackalloc double[4];
        fixed (float* pw = w, pg = g)
        fixed (double* pm = measured)
        {
            ArenaPieces pieces = new(new DevicePointer<ArenaPiece>(&piece), 1, g.Length, 1, new DevicePointer<double>(partials));
            PerturbArguments arguments = new()
            {
                Norm = norm,
                P = p,
                Direction = new DevicePointer<float>(pg),
                Source = new DevicePointer<float>(pw),
                Weights = new DevicePointer<float>(pw),
                Measured = new DevicePointer<double>(pm),
            };
            ArenaPerturb.Run(s_team, pieces, arguments, [new PerturbGroup(1, 0, 0)]);
        }

        return [.. w.Select(static x => (double)x)];
    }

    private static double[] MeasureOf(float[] g, float[] w, BallNorm norm, float p)
    {
        ArenaPiece piece = new(0, g.Length, 0, 0, 1);
        double* partials = stackalloc double[4];
        double[] result = new double[Measure.Count];
        fixed (float* pw = w, pg = g)
        fixed (double* pr = result)
        {
            ArenaPieces pieces = new(new DevicePointer<ArenaPiece>(&piece), 1, g.Length, 1, new DevicePointer<double>(partials));
            ArenaMeasure.Run(s_team, pieces, norm, p, [new PerturbGroup(1, 0, 0)], pg, pw, pr);
        }

        return result;
    }
}
