using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>Every form of a convolution's tiles in every number format, against the same products of rounded operands in float64.</summary>
public sealed class ConvolutionTileTests(ConvolutionTileTests.Sessions sessions) : IClassFixture<ConvolutionTileTests.Sessions>
{
    public static TheoryData<int, CudaPrecision> Cases
    {
        get
        {
            TheoryData<int, CudaPrecision> data = [];
            foreach (CudaPrecision precision in Enum.GetValues<CudaPrecision>())
            {
                for (int i = 0; i < ConvolutionTileCase.All.Count; i++) data.Add(i, precision);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ATileIsTheProductOfItsOperands(int number, CudaPrecision precision)
    {
        ConvolutionTileCase tile = ConvolutionTileCase.All[number];
        CudaSession session = sessions.Of(precision);
        Conv2dShape shape = tile.Shape;
        Random random = new(number);
        float[] x = Numbers(tile.Batch * shape.InCount), w = Numbers(shape.WeightCount), y = Numbers(tile.Batch * shape.OutCount);
        using DeviceMemory xs = Put(x), ws = Put(w), ys = Put(y);
        session.Emulated?.Ledger.Reset();
        using (session.Device.Enter()) tile.Call(session.Kernels, xs.Pointer<float>(), ws.Pointer<float>(), default, ys.Pointer<float>());
        if (session.Emulated is not null)
        {
            LedgerRow row = Assert.Single(session.Emulated.Ledger.Kernels, static row => row.Name.StartsWith("convolution", StringComparison.Ordinal));
            Assert.Equal(tile.Kernel, row.Name);
            Assert.Equal(tile.IsSliced ? 2 : 1, session.Emulated.Ledger.Launches);
            Assert.Equal(0, row.Counters.SharedBankConflicts);
        }

        ConvolutionReference reference = new(shape, tile.Batch);
        (float[] Left, float[] Right, Func<float[], float[], double[]> Product, DeviceMemory Result) product = tile.Pass switch
        {
            ConvolutionPass.Forward => (x, w, reference.Forward, ys),
            ConvolutionPass.Data => (y, w, reference.InputGradient, xs),
            _ => (x, y, reference.WeightGradient, ws),
        };
        float[] left = [.. product.Left.Select(Rounded)], right = [.. product.Right.Select(Rounded)];
        double[] expected = product.Product(left, right), magnitude = product.Product([.. left.Select(Math.Abs)], [.. right.Select(Math.Abs)]);
        float[] actual = new float[expected.Length];
        session.Device.Download(product.Result.Pointer<float>(), actual.AsSpan());

        // Every addition of float32 rounds by at most half a unit (a tensor core may cut off: a whole one) of a partial sum that is below the
        // sum of the magnitudes; twice the square root of their number is far above what roundings that are independent come to.
        double terms = tile.Pass == ConvolutionPass.Weights ? (double)tile.Batch * shape.OutHeight * shape.OutWidth
            : (double)shape.WeightCount / (tile.Pass == ConvolutionPass.Forward ? shape.OutChannels : shape.InChannels);
        double bound = 2 * Math.Sqrt(terms + 1) * Math.Pow(2, -23);
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.True(
                Math.Abs(actual[i] - expected[i]) <= bound * magnitude[i], $"{tile}, element {i} of {actual.Length}: {actual[i]:R}, expected {expected[i]:R}.");
        }

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble()) - 1))];

        DeviceMemory Put(float[] values)
        {
            DeviceMemory memory = session.Device.Allocate((long)values.Length * sizeof(float), "test");
            session.Device.Upload<float>(values, memory.Pointer<float>());
            return memory;
        }

        // TF32: to the nearest of 10 bits of fraction, ties away from zero; bfloat16: of 7 bits, ties to even.
        float Rounded(float value)
        {
            uint bits = BitConverter.SingleToUInt32Bits(value);
            return precision switch
            {
                CudaPrecision.Tf32 => BitConverter.UInt32BitsToSingle((bits + 0x1000) & 0xffffe000),
                CudaPrecision.BFloat16 => BitConverter.UInt32BitsToSingle((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000),
                CudaPrecision.Float16 => (float)(Half)value,
                _ => value,
            };
        }
    }

    /// <summary>A device for each number format: kernels are compiled once.</summary>
    public sealed class Sessions : IDisposable
    {
        private readonly Dictionary<CudaPrecision, CudaSession> _sessions = [];

        public CudaSession Of(CudaPrecision precision)
        {
            if (!_sessions.TryGetValue(precision, out CudaSession? session))
            {
                if (precision is CudaPrecision.BFloat16 or CudaPrecision.Float16 && !CudaLibraries.Nvrtc.IsAvailable) Assert.Skip(CudaLibraries.Nvrtc.Reason);
                _sessions.Add(precision, session = new CudaSession(precision: precision));
            }

            return session;
        }

        public void Dispose()
        {
            foreach (CudaSession session in _sessions.Values) session.Dispose();
        }
    }
}
