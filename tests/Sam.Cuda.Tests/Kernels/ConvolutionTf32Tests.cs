using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>Convolutions on tensor cores. Operands are rounded to 10 bits of mantissa, relative errors of at most 2^-11 each: compared in double
/// with the same rounding done here, a few roundings of float32 are left.</summary>
public sealed class ConvolutionTf32Tests(ConvolutionTf32Tests.Tf32Device device) : IClassFixture<ConvolutionTf32Tests.Tf32Device>
{
    private const double Tolerance = 2e-6;

    public static TheoryData<Conv2dShape, int> Shapes => new()
    {
        { new Conv2dShape(3, 12, 12, 70, 5, 5, PaddingHeight: 2, PaddingWidth: 2), 2 },
        { new Conv2dShape(8, 16, 16, 16, 3, 3, 2, 2, 1, 1), 3 },
        { new Conv2dShape(4, 47, 47, 65, 1, 2), 4 },
        { new Conv2dShape(6, 9, 7, 8, 3, 2, 1, 2, 1, 1, 2, 1, 2), 2 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ProductsAreThoseOfRoundedOperands(Conv2dShape shape, int batch)
    {
        CudaSession session = device.Session;
        Random random = new(1);
        float[] x = Numbers(batch * shape.InCount), w = Numbers(shape.WeightCount), dy = Numbers(batch * shape.OutCount);
        using DeviceMemory xs = Put(x), ws = Put(w), dys = Put(dy), ys = Put(new float[dy.Length]), dxs = Put(new float[x.Length]);
        using DeviceMemory dws = Put(new float[w.Length]), dbs = Put(new float[shape.OutChannels]);
        session.Emulated?.Ledger.Reset();
        using (session.Device.Enter())
        {
            DeviceKernels kernels = session.Kernels;
            kernels.Conv2dForward(shape, batch, At(xs), At(ws), default, At(ys), Activation.None);
            kernels.Conv2dBackwardInput(shape, batch, At(dys), At(ws), At(dxs), default, false);
            kernels.Conv2dBackwardWeight(shape, batch, At(xs), At(dys), At(dws), At(dbs), false);
        }

        if (session.Emulated is not null)
        {
            Assert.All(session.Emulated.Ledger.Kernels, row => Assert.Equal(0, row.Counters.SharedBankConflicts));
        }

        ConvolutionReference reference = new(shape, batch);
        float[] rx = Rounded(x), rw = Rounded(w), rdy = Rounded(dy);
        AssertClose(reference.Forward(rx, rw), ys);
        AssertClose(reference.InputGradient(rdy, rw), dxs);
        AssertClose(reference.WeightGradient(rx, rdy), dws);
        AssertClose(reference.BiasGradient(dy), dbs);

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble()) - 1))];

        DeviceMemory Put(float[] values)
        {
            DeviceMemory memory = session.Device.Allocate((long)values.Length * sizeof(float), "test");
            session.Device.Upload<float>(values, memory.Pointer<float>());
            return memory;
        }

        void AssertClose(double[] expected, DeviceMemory memory)
        {
            float[] actual = new float[expected.Length];
            session.Device.Download(At(memory), actual.AsSpan());
            double largest = expected.Max(Math.Abs);
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.True(
                    Math.Abs(actual[i] - expected[i]) <= Tolerance * largest, $"Element {i} of {actual.Length}: {actual[i]:R}, expected {expected[i]:R}.");
            }
        }
    }

    /// <summary>A device without tensor cores for TF32 computes in float32, whatever the options allow.</summary>
    [Fact]
    public void OlderDevicesComputeInFloat32()
    {
        Conv2dShape shape = new(2, 5, 5, 3, 3, 3);
        float[] x = [.. Enumerable.Range(0, shape.InCount).Select(i => 1 + (i * 1e-5f))], w = [.. Enumerable.Range(0, shape.WeightCount).Select(i => 1f)];
        float[] y = new float[shape.OutCount];
        EmulatedCudaOptions options = new() { Devices = [new EmulatedDeviceOptions { ComputeCapability = new Version(7, 0) }] };
        using CudaSession session = new(options, precision: CudaPrecision.Tf32);
        using DeviceMemory memory = session.Device.Allocate((x.Length + w.Length + y.Length) * sizeof(float), "test");
        DevicePointer<float> at = At(memory);
        session.Device.Upload<float>(x, at);
        session.Device.Upload<float>(w, at + x.Length);
        using (session.Device.Enter())
        {
            session.Kernels.Conv2dForward(shape, 1, at, at + x.Length, default, at + x.Length + w.Length, Activation.None);
        }

        session.Device.Download(at + x.Length + w.Length, y.AsSpan());
        double[] expected = new ConvolutionReference(shape, 1).Forward(x, w);
        for (int i = 0; i < y.Length; i++) Assert.Equal(expected[i], y[i], 18 * 4e-6);
    }

    private static DevicePointer<float> At(DeviceMemory memory) => memory.Pointer<float>();

    // To the nearest of 10 bits of mantissa, ties away from zero.
    private static float[] Rounded(float[] values) =>
        [.. values.Select(value => BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(value) + 0x1000) & 0xffffe000))];

    /// <summary>One device for all cases: kernels are compiled once.</summary>
    public sealed class Tf32Device : IDisposable
    {
        public CudaSession Session { get; } = new(precision: CudaPrecision.Tf32);

        public void Dispose() => Session.Dispose();
    }
}
