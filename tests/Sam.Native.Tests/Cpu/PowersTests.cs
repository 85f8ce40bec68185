using Sam.Native.Cpu;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class PowersTests
{
    public static TheoryData<double> Exponents => [0.001, 0.1, 1.0 / 3, 0.7, 1, 1.0526, 4.0 / 3, 2.4286, 11, 60.5];

    [Theory]
    [MemberData(nameof(Exponents))]
    public void AnyExponent_IsWithinTheStatedErrorAtEveryScale_WithTheSameBitsInEveryWidth(double exponent)
    {
        Random random = new(5);
        List<float> values = [0, 1, float.Epsilon, 1.17549435e-38f, MathF.BitDecrement(1.17549435e-38f), MathF.BitDecrement(1), MathF.BitIncrement(1)];
        for (int power = -149; power < 0; power++)
        {
            for (int i = 0; i < 64; i++)
            {
                values.Add(MathF.ScaleB(1 + random.NextSingle(), power));
            }
        }

        while (values.Count % 16 != 0)
        {
            values.Add(0.5f);
        }

        float[] u = [.. values], results = Of<Lanes512>(u, (float)exponent);
        Bits.AssertEqual(results, Of<Lanes256>(u, (float)exponent), "256 bits");
        Bits.AssertEqual(results, Of<Lanes128>(u, (float)exponent), "128 bits");
        for (int i = 0; i < u.Length; i++)
        {
            double expected = Math.Pow(u[i], (float)exponent);
            double error = (2 + (exponent * (2 + Math.Abs(u[i] > 0 ? Math.Log2(u[i]) : 0)))) / (1 << 23);
            double allowed = expected < 1.2e-38 ? 1.2e-38 : error * expected;
            Assert.True(Math.Abs(expected - results[i]) <= allowed, $"{u[i]:g9}^{exponent:g5}: expected {expected:g9}, got {results[i]:g9}");
        }

        Assert.Equal(0, results[0]);
        Assert.Equal(1, results[1]);
    }

    [Fact]
    public void MultiplesOfAHalf_AreRootsAndProducts()
    {
        float[] u = [.. Enumerable.Range(0, 16).Select(static i => i / 15f)];
        for (int i = 0; i < 16; i++)
        {
            float x = u[i];
            Assert.Equal(MathF.Sqrt(x), Of<Powers.Root>(u, 1)[i]);
            Assert.Equal(MathF.Sqrt(x) * x, Of<Powers.ThreeHalves>(u, 3)[i]);
            Assert.Equal(MathF.Sqrt(x) * x, Of<Powers.Squarings>(u, 3)[i]);
            Assert.Equal(MathF.Sqrt(x) * (x * x), Of<Powers.Squarings>(u, 5)[i]);
            Assert.Equal(x * (x * x * (x * x)), Of<Powers.Squarings>(u, 10)[i], 6e-8f);
        }

        Assert.Equal([1, 3, 64, 0, 0, 0], [Powers.Halves(0.5), Powers.Halves(1.5), Powers.Halves(32), Powers.Halves(0.25), Powers.Halves(33), Powers.Halves(1.4)]);

        static float[] Of<TPower>(float[] u, int halves)
            where TPower : struct, Powers.IPower
        {
            float[] results = new float[16];
            fixed (float* x = u, y = results)
            {
                TPower.Of(Lanes256.Load(x), halves, Lanes256.Splat(0f)).Store(y);
            }

            return results;
        }
    }

    private static float[] Of<TV>(float[] u, float exponent)
        where TV : unmanaged, ILanes<TV>
    {
        float[] results = new float[u.Length];
        fixed (float* x = u, y = results)
        {
            for (int i = 0; i < u.Length; i += 16)
            {
                Powers.Any.Of(TV.Load(x + i), 0, TV.Splat(exponent)).Store(y + i);
            }
        }

        return results;
    }
}
