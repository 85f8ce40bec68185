using System.Runtime.InteropServices;
using Sam.Native.Cpu;
using Sam.Native.Tests.Memory;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class MatrixProductTests : IDisposable
{
    // Half an ulp for each of the k additions, for alpha, beta, bias and the rounding to float.
    private const double UnitRoundoff = 1.0 / (1 << 24);

    private readonly WorkerTeam[] _teams = [new(1), new(2), new(3)];

    public void Dispose()
    {
        foreach (WorkerTeam team in _teams)
        {
            team.Dispose();
        }
    }

    [Fact]
    public void SmallSizes_AgreeWithDoubles_AndStayInsideTheMatrices()
    {
        int[] sizes = [0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 16, 17, 24, 31, 32, 33, 47, 48, 49, 63, 64];
        Random random = new(1);
        for (int trial = 0; trial < 600; trial++)
        {
            int m = sizes[random.Next(sizes.Length)];
            int n = sizes[random.Next(sizes.Length)];
            int k = sizes[random.Next(sizes.Length)];
            Check(Case.Random(random, m, n, k));
        }
    }

    [Theory]
    [InlineData(128, 256, 784)]
    [InlineData(97, 101, 401)]
    [InlineData(1, 300, 1000)]
    [InlineData(300, 1, 769)]
    [InlineData(257, 263, 67)]
    [InlineData(4, 64, 32)]
    [InlineData(250, 1100, 40)]
    [InlineData(500, 130, 385)]
    public void LargerSizes_AgreeWithDoubles_InAllTranspositions(int m, int n, int k)
    {
        Random random = new(m + n + k);
        for (int i = 0; i < 4; i++)
        {
            Check(Case.Random(random, m, n, k) with { TransposeA = (i & 1) != 0, TransposeB = (i & 2) != 0 });
        }
    }

    [Fact]
    public void EveryEpilogue_DoesWhatItsNameSays()
    {
        Random random = new(7);
        foreach (Epilogue epilogue in Enum.GetValues<Epilogue>())
        {
            foreach ((int m, int n, int k) in ((int, int, int)[])[(13, 37, 20), (24, 64, 400), (5, 3, 0), (64, 10, 256)])
            {
                foreach (float beta in (float[])[0f, 1f, -0.5f])
                {
                    Check(Case.Random(random, m, n, k) with { Epilogue = epilogue, Beta = beta });
                }
            }
        }
    }

    [Fact]
    public void BetaZero_NeverReadsC()
    {
        foreach ((int m, int n, int k) in ((int, int, int)[])[(5, 7, 3), (40, 70, 500), (3, 3, 0)])
        {
            float[] a = Fill(new Random(1), m * k);
            float[] b = Fill(new Random(2), k * n);
            float[] c = new float[m * n];
            Array.Fill(c, float.NaN);
            fixed (float* pa = a, pb = b, pc = c)
            {
                float dummy = 0;
                MatrixProduct.Multiply(
                    _teams[1], false, false, m, n, k, 1f, pa is null ? &dummy : pa, Math.Max(k, 1), pb is null ? &dummy : pb, n, 0f, pc, n);
            }

            Assert.DoesNotContain(c, float.IsNaN);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e-41f)]
    public void SpecialValues_ReachTheirRowAndNoOther(float special)
    {
        foreach ((int m, int n, int k) in ((int, int, int)[])[(5, 7, 3), (13, 40, 17), (60, 200, 64)])
        {
            for (int transpose = 0; transpose < 4; transpose++)
            {
                float[] a = new float[m * k];
                Array.Fill(a, 1f);
                float[] b = new float[k * n];
                Array.Fill(b, 1f);
                float[] c = new float[m * n];
                bool ta = (transpose & 1) != 0;
                a[ta ? ((k - 1) * m) + m - 1 : (m * k) - 1] = special;
                fixed (float* pa = a, pb = b, pc = c)
                {
                    MatrixProduct.Multiply(
                        _teams[0], ta, transpose >= 2, m, n, k, 1f, pa, ta ? m : k, pb, transpose >= 2 ? k : n, 0f, pc, n);
                }

                for (int i = 0; i < m; i++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        Assert.Equal(i == m - 1 ? k - 1 + special : k, c[(i * n) + j]);
                    }
                }
            }
        }
    }

    [Fact]
    public void ReluKeepsNaN_AndMaskDropsIt()
    {
        float* values = stackalloc float[4] { float.NaN, -1f, 2f, 0f };
        float one = 1f;
        float zero = 0f;
        float* c = stackalloc float[4];
        MatrixProduct.Multiply(_teams[0], false, false, 4, 1, 1, 1f, values, 1, &one, 1, 0f, c, 1, new ProductEpilogue(Epilogue.Relu));
        Assert.Equal([float.NaN, 0f, 2f, 0f], new Span<float>(c, 4).ToArray());
        MatrixProduct.Multiply(
            _teams[0], false, false, 4, 1, 1, 1f, values, 1, &one, 1, 0f, c, 1, new ProductEpilogue(Epilogue.ReluMask, null, values, 1));
        Assert.Equal([0f, 0f, 4f / 2f, 0f], new Span<float>(c, 4).ToArray());
        MatrixProduct.Multiply(_teams[0], false, false, 1, 1, 0, 1f, null, 1, null, 1, 0f, c, 1, new ProductEpilogue(Epilogue.Bias, &zero));
        Assert.Equal(0f, c[0]);
    }

    [Fact]
    public void Multiply_AllocatesNothing()
    {
        float[] a = Fill(new Random(1), 128 * 128);
        float[] c = new float[128 * 128];
        fixed (float* pa = a, pc = c)
        {
            long before = 0;
            for (int i = 0; i < 110; i++)
            {
                if (i == 10)
                {
                    before = GC.GetAllocatedBytesForCurrentThread();
                }

                MatrixProduct.Multiply(_teams[1], false, true, 128, 128, 128, 1f, pa, 128, pa, 128, 0f, pc, 128);
                MatrixProduct.Multiply(_teams[1], false, true, 4, 4, 4, 1f, pa, 128, pa, 128, 0f, pc, 128);
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void BadArguments_AreNamed_BeforeCIsTouched()
    {
        using GuardedBuffer x = new(1);
        using GuardedBuffer c = new(1);
        c.Span[0] = 5f;
        Assert.Throws<ArgumentOutOfRangeException>("m", () => Call(-1, 1, 1, 1, 1, 1, default));
        Assert.Throws<ArgumentOutOfRangeException>("n", () => Call(1, -1, 1, 1, 1, 1, default));
        Assert.Throws<ArgumentOutOfRangeException>("k", () => Call(1, 1, -1, 1, 1, 1, default));
        Assert.Throws<ArgumentOutOfRangeException>("lda", () => Call(2, 2, 2, 1, 2, 2, default));
        Assert.Throws<ArgumentOutOfRangeException>("ldb", () => Call(2, 2, 2, 2, 1, 2, default));
        Assert.Throws<ArgumentOutOfRangeException>("ldc", () => Call(2, 2, 2, 2, 2, 1, default));
        Assert.Throws<ArgumentException>("epilogue", () => Call(1, 1, 1, 1, 1, 1, new ProductEpilogue(Epilogue.BiasRow)));
        Assert.Throws<ArgumentException>("epilogue", () => Call(1, 1, 1, 1, 1, 1, new ProductEpilogue(Epilogue.ReluMask)));
        Assert.Equal(5f, c.Span[0]);

        void Call(int m, int n, int k, int lda, int ldb, int ldc, ProductEpilogue epilogue)
        {
            MatrixProduct.Multiply(
                _teams[0], false, false, m, n, k, 1f, x.Pointer, lda, x.Pointer, ldb, 0f, c.Pointer, ldc, epilogue);
        }
    }

    private static float[] Fill(Random random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return values;
    }

    /// <summary>Runs a case on every team and width between guard pages: right against doubles, and the same bits everywhere.</summary>
    private void Check(Case test)
    {
        (int aRows, int aColumns) = test.TransposeA ? (test.K, test.M) : (test.M, test.K);
        (int bRows, int bColumns) = test.TransposeB ? (test.N, test.K) : (test.K, test.N);
        int lda = aColumns + test.ExtraA;
        int ldb = bColumns + test.ExtraB;
        int ldc = test.N + test.ExtraC;
        using GuardedBuffer a = new(Extent(aRows, aColumns, lda), test.AtStart);
        using GuardedBuffer b = new(Extent(bRows, bColumns, ldb), test.AtStart);
        using GuardedBuffer c = new(Extent(test.M, test.N, ldc), test.AtStart);
        using GuardedBuffer mask = new(Extent(test.M, test.N, ldc), test.AtStart);
        using GuardedBuffer bias = new(test.Epilogue is Epilogue.BiasRow or Epilogue.BiasRowRelu ? test.M : test.N, test.AtStart);
        Random random = new(test.Seed);
        Fill(random, a.Count).CopyTo(a.Span);
        Fill(random, b.Count).CopyTo(b.Span);
        Fill(random, bias.Count).CopyTo(bias.Span);
        Fill(random, mask.Count).CopyTo(mask.Span);
        float[] old = Fill(random, c.Count);
        ProductEpilogue epilogue = new(test.Epilogue, bias.Pointer, mask.Pointer, Math.Max(ldc, test.N));
        float[]? first = null;
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            foreach (WorkerTeam team in _teams)
            {
                old.CopyTo(c.Span);
                MatrixProduct.Multiply(
                    team, width, test.TransposeA, test.TransposeB, test.M, test.N, test.K, test.Alpha, a.Pointer, lda, b.Pointer, ldb,
                    test.Beta, c.Pointer, ldc, epilogue);
                if (first is null)
                {
                    first = c.Span.ToArray();
                    Compare(test, a.Span, lda, b.Span, ldb, old, first, ldc, bias.Span, mask.Span);
                }
                else if (!MemoryMarshal.AsBytes(c.Span).SequenceEqual(MemoryMarshal.AsBytes<float>(first)))
                {
                    Assert.Fail($"{test}: {width} with {team.Threads} threads gives other bits.");
                }
            }
        }
    }

    private static int Extent(int rows, int columns, int stride) => rows == 0 || columns == 0 ? 0 : ((rows - 1) * stride) + columns;

    private static void Compare(
        Case test, Span<float> a, int lda, Span<float> b, int ldb, float[] old, float[] actual, int ldc, Span<float> bias, Span<float> mask)
    {
        for (int i = 0; i < test.M; i++)
        {
            for (int j = 0; j < test.N; j++)
            {
                double sum = 0;
                double size = 0;
                for (int k = 0; k < test.K; k++)
                {
                    double product = (double)a[test.TransposeA ? (k * lda) + i : (i * lda) + k] * b[test.TransposeB ? (j * ldb) + k : (k * ldb) + j];
                    sum += product;
                    size += Math.Abs(product);
                }

                int at = (i * ldc) + j;
                double expected = (test.Alpha * sum) + (test.Beta * old[at]);
                size = (Math.Abs(test.Alpha) * size) + Math.Abs(test.Beta * old[at]);
                double addend = test.Epilogue switch
                {
                    Epilogue.Bias or Epilogue.BiasRelu => bias[j],
                    Epilogue.BiasRow or Epilogue.BiasRowRelu => bias[i],
                    _ => 0,
                };
                expected += addend;
                size += Math.Abs(addend);
                expected = test.Epilogue switch
                {
                    Epilogue.Relu or Epilogue.BiasRelu or Epilogue.BiasRowRelu => Math.Max(0, expected),
                    Epilogue.ReluMask => mask[at] > 0 ? expected : 0,
                    _ => expected,
                };
                double tolerance = (test.K + 4) * UnitRoundoff * size;
                if (!(Math.Abs(actual[at] - expected) <= tolerance))
                {
                    Assert.Fail($"{test}: element ({i}, {j}) is {actual[at]}, expected {expected} within {tolerance}.");
                }
            }

            for (int j = test.N; j < ldc && (i * ldc) + j < actual.Length; j++)
            {
                Assert.Equal(old[(i * ldc) + j], actual[(i * ldc) + j]);
            }
        }
    }

    private sealed record Case(
        int Seed,
        int M,
        int N,
        int K,
        bool TransposeA,
        bool TransposeB,
        float Alpha,
        float Beta,
        int ExtraA,
        int ExtraB,
        int ExtraC,
        Epilogue Epilogue,
        bool AtStart)
    {
        public static Case Random(Random random, int m, int n, int k) => new(
            random.Next(),
            m,
            n,
            k,
            random.Next(2) == 0,
            random.Next(2) == 0,
            random.Next(3) == 0 ? 0.75f : 1f,
            random.Next(4) switch { 0 => 1f, 1 => -0.5f, _ => 0f },
            random.Next(3),
            random.Next(3),
            random.Next(3),
            (Epilogue)random.Next(7),
            random.Next(2) == 0);
    }
}
