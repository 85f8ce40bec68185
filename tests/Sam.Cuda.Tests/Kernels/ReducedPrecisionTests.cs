using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>Products of operands in 16 bits. Compared in double with the same rounding done here, a few roundings of float32 are left; compared with
/// the operands as they are, the rounding itself.</summary>
public sealed class ReducedPrecisionTests(ReducedPrecisionTests.Devices devices) : IClassFixture<ReducedPrecisionTests.Devices>
{
    // Sums of float32, relative to the largest element.
    private const double SumTolerance = 2e-6;

    public static TheoryData<CudaPrecision, int, int, int> Products
    {
        get
        {
            TheoryData<CudaPrecision, int, int, int> data = [];
            foreach (CudaPrecision precision in (CudaPrecision[])[CudaPrecision.BFloat16, CudaPrecision.Float16])
            {
                data.Add(precision, 1, 40, 10);
                data.Add(precision, 17, 33, 35);
                data.Add(precision, 5, 64, 12);
            }

            return data;
        }
    }

    public static TheoryData<CudaPrecision, Conv2dShape, int> Convolutions
    {
        get
        {
            TheoryData<CudaPrecision, Conv2dShape, int> data = [];
            foreach (CudaPrecision precision in (CudaPrecision[])[CudaPrecision.BFloat16, CudaPrecision.Float16])
            {
                data.Add(precision, new Conv2dShape(3, 10, 10, 70, 5, 5, PaddingHeight: 2, PaddingWidth: 2), 2);
                data.Add(precision, new Conv2dShape(8, 16, 16, 16, 3, 3, 2, 2, 1, 1), 3);
                data.Add(precision, new Conv2dShape(6, 9, 7, 8, 3, 2, 1, 2, 1, 1, 2, 1, 2), 2);
                data.Add(precision, new Conv2dShape(5, 9, 9, 7, 1, 1), 3);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void LinearLayersMultiplyRoundedOperands(CudaPrecision precision, int batch, int inFeatures, int outFeatures)
    {
        Bench bench = new(devices.Of(precision), precision);
        float[] x = bench.Numbers(batch * inFeatures), w = bench.Numbers(outFeatures * inFeatures), dy = bench.Numbers(batch * outFeatures);
        DevicePointer<float> xs = bench.Put(x), ws = bench.Put(w), dys = bench.Put(dy);
        DevicePointer<float> ys = bench.Put(new float[dy.Length]), dxs = bench.Put(new float[x.Length]), dws = bench.Put(new float[w.Length]);
        bench.Run(kernels =>
        {
            kernels.LinearForward(batch, inFeatures, outFeatures, xs, ws, default, ys, Activation.None);
            kernels.LinearBackwardInput(batch, inFeatures, outFeatures, dys, ws, dxs, default);
            kernels.LinearBackwardWeight(batch, inFeatures, outFeatures, xs, dys, dws, default, false);
        });
        bench.Check(ys, (a, b) => Product(batch, outFeatures, inFeatures, (n, i) => a[(n * inFeatures) + i], (i, o) => b[(o * inFeatures) + i]), x, w);
        bench.Check(dxs, (a, b) => Product(batch, inFeatures, outFeatures, (n, o) => a[(n * outFeatures) + o], (o, i) => b[(o * inFeatures) + i]), dy, w);
        bench.Check(dws, (a, b) => Product(outFeatures, inFeatures, batch, (o, n) => a[(n * outFeatures) + o], (n, i) => b[(n * inFeatures) + i]), dy, x);
        bench.Dispose();
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void ConvolutionsMultiplyRoundedOperands(CudaPrecision precision, Conv2dShape shape, int batch)
    {
        Bench bench = new(devices.Of(precision), precision);
        float[] x = bench.Numbers(batch * shape.InCount), w = bench.Numbers(shape.WeightCount), dy = bench.Numbers(batch * shape.OutCount);
        DevicePointer<float> xs = bench.Put(x), ws = bench.Put(w), dys = bench.Put(dy);
        DevicePointer<float> ys = bench.Put(new float[dy.Length]), dxs = bench.Put(new float[x.Length]), dws = bench.Put(new float[w.Length]);
        DevicePointer<float> dbs = bench.Put(new float[shape.OutChannels]);
        bench.Session.Emulated?.Ledger.Reset();
        bench.Run(kernels =>
        {
            kernels.Conv2dForward(shape, batch, xs, ws, default, ys, Activation.None);
            kernels.Conv2dBackwardInput(shape, batch, dys, ws, dxs, default, false);
            kernels.Conv2dBackwardWeight(shape, batch, xs, dys, dws, dbs, false);
        });
        if (bench.Session.Emulated is not null)
        {
            Assert.All(bench.Session.Emulated.Ledger.Kernels, row => Assert.Equal(0, row.Counters.SharedBankConflicts));
        }

        ConvolutionReference reference = new(shape, batch);
        bench.Check(ys, reference.Forward, x, w);
        bench.Check(dxs, reference.InputGradient, dy, w);
        bench.Check(dws, reference.WeightGradient, x, dy);

        // The bias gradient is a sum, not a product: nothing is rounded.
        bench.AssertClose(reference.BiasGradient(dy), dbs);
        bench.Dispose();
    }

    [Fact]
    public void NumbersBeyondFloat16_AreInfinite_AndNaNStays()
    {
        Bench bench = new(devices.Of(CudaPrecision.Float16), CudaPrecision.Float16);
        DevicePointer<float> x = bench.Put([65504, 65520, float.NaN, 1e-9f]), one = bench.Put([1]), y = bench.Put(new float[4]);
        bench.Run(kernels => kernels.LinearForward(4, 1, 1, x, one, default, y, Activation.None));
        Assert.Equal([65504, float.PositiveInfinity, float.NaN, 0], bench.Get(y, 4));
        bench.Dispose();
    }

    [Fact]
    public void OlderDevicesComputeInFloat32()
    {
        Emulator.EmulatedCudaOptions options = new() { Devices = [new Emulator.EmulatedDeviceOptions { ComputeCapability = new Version(7, 0) }] };
        using CudaSession session = new(options, CudaPrecision.BFloat16);
        Bench bench = new(session, CudaPrecision.Float32);
        DevicePointer<float> x = bench.Put([1.001f]), one = bench.Put([1]), y = bench.Put(new float[1]);
        bench.Run(kernels => kernels.LinearForward(1, 1, 1, x, one, default, y, Activation.None));
        Assert.Equal([1.001f], bench.Get(y, 1));
        bench.Dispose();
    }

    private static double[] Product(int rows, int columns, int depth, Func<int, int, double> a, Func<int, int, double> b)
    {
        double[] product = new double[rows * columns];
        for (int i = 0; i < product.Length; i++)
        {
            for (int k = 0; k < depth; k++) product[i] += a(i / columns, k) * b(k, i % columns);
        }

        return product;
    }

    /// <summary>A device for each precision: kernels are compiled once.</summary>
    public sealed class Devices : IDisposable
    {
        private readonly CudaSession _bfloat16 = new(precision: CudaPrecision.BFloat16);
        private readonly CudaSession _float16 = new(precision: CudaPrecision.Float16);

        public CudaSession Of(CudaPrecision precision)
        {
            Assert.SkipUnless(CudaLibraries.Nvrtc.IsAvailable, CudaLibraries.Nvrtc.Reason ?? "");
            return precision == CudaPrecision.BFloat16 ? _bfloat16 : _float16;
        }

        public void Dispose()
        {
            _bfloat16.Dispose();
            _float16.Dispose();
        }
    }

    private sealed class Bench(CudaSession session, CudaPrecision precision)
    {
        private readonly List<DeviceMemory> _memories = [];
        private readonly Random _random = new(1);

        public CudaSession Session => session;

        // The root mean square of the rounding of two operands is below this: each is off by at most half a unit of its last bit.
        private double RoundingTolerance => precision == CudaPrecision.BFloat16 ? Math.Pow(2, -8) : Math.Pow(2, -11);

        public float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((2 * _random.NextDouble()) - 1))];

        public DevicePointer<float> Put(float[] values)
        {
            DeviceMemory memory = session.Device.Allocate((long)values.Length * sizeof(float), "test");
            _memories.Add(memory);
            session.Device.Upload<float>(values, memory.Pointer<float>());
            return memory.Pointer<float>();
        }

        public float[] Get(DevicePointer<float> values, int count)
        {
            float[] copy = new float[count];
            session.Device.Download(values, copy.AsSpan());
            return copy;
        }

        public void Run(Action<DeviceKernels> calls)
        {
            using DeviceScope scope = session.Device.Enter();
            calls(session.Kernels);
        }

        public void Check(DevicePointer<float> actual, Func<float[], float[], double[]> product, float[] left, float[] right)
        {
            AssertClose(product(Rounded(left), Rounded(right)), actual);
            double[] exact = product(left, right);
            float[] values = Get(actual, exact.Length);
            double error = Math.Sqrt(exact.Zip(values).Sum(static p => Math.Pow(p.First - p.Second, 2)));
            Assert.True(error <= RoundingTolerance * Math.Sqrt(exact.Sum(static value => value * value)), $"{precision}: the error is {error}.");
        }

        public void AssertClose(double[] expected, DevicePointer<float> values)
        {
            float[] actual = Get(values, expected.Length);
            double largest = expected.Max(Math.Abs);
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.True(
                    Math.Abs(actual[i] - expected[i]) <= SumTolerance * largest, $"Element {i} of {actual.Length}: {actual[i]:R}, expected {expected[i]:R}.");
            }
        }

        public void Dispose()
        {
            foreach (DeviceMemory memory in _memories) memory.Dispose();
        }

        private float[] Rounded(float[] values) => [.. values.Select(value => precision == CudaPrecision.Float16 ? (float)(Half)value : BFloat16(value))];

        // To the nearest of 7 bits of fraction, ties to even.
        private static float BFloat16(float value)
        {
            uint bits = BitConverter.SingleToUInt32Bits(value);
            return BitConverter.UInt32BitsToSingle((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000);
        }
    }
}
