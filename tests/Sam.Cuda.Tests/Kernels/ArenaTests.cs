using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>The passes over the arenas against the CPU: the same bits where elements are computed by themselves, sums within double rounding.</summary>
public sealed class ArenaTests
{
    private const double Rounding = 1e-12;

    // Offsets are multiples of 16; counts are odd, larger than a chunk of a block and larger than a piece.
    private static readonly (int Count, int Group, bool Perturbed)[] s_tensors =
        [(5, 0, true), (300, 1, true), (40003, 0, true), (17, 1, false), (9000, 0, true)];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Products_AreTheCpus(bool byTensor)
    {
        using TwoDevices devices = new();
        Tables tables = new(devices, byTensor);
        Pair<float> a = devices.Random(tables.Count, 1), b = devices.Random(tables.Count, 2);
        Pair<double> two = devices.Room<double>(3 * tables.Tensors), one = devices.Room<double>(3 * tables.Tensors);
        Pair<StepState> state = devices.Put(default(StepState));
        devices.Run((kernels, side) =>
        {
            kernels.Products(tables.At(side), side.At(a), side.At(b), side.At(two), side.At(state));
            kernels.Products(tables.At(side), side.At(a), default, side.At(one), side.At(state));
        });
        two.AssertClose(Rounding);
        one.AssertClose(Rounding);
        Assert.Equal(0, state.Cuda()[0].Gate);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(float.PositiveInfinity, false)]
    [InlineData(float.PositiveInfinity, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(1.37f, true)]
    public void MeasureAndPerturb_AreTheCpus(float p, bool adaptive)
    {
        using TwoDevices devices = new();
        Tables tables = new(devices, byTensor: false);
        BallNorm norm = p == 2 ? BallNorm.Two : p == 1 ? BallNorm.One : float.IsInfinity(p) ? BallNorm.Infinity : BallNorm.General;
        Pair<float> g = devices.Random(tables.Count, 1), w = devices.Random(tables.Count, 2), saved = devices.Output(tables.Count);
        Pair<float> kept = devices.Output(tables.Count);
        Pair<double> measured = devices.Room<double>(Measure.Count);
        Pair<StepState> state = devices.Put(default(StepState));
        PerturbGroup[] groups = [new(0.05f, 0.01f, adaptive ? 1 : 0), new(-0.2f, 0.01f, 0)];
        float[] before = w.Cuda();
        devices.Run((kernels, side) =>
        {
            kernels.Measure(tables.At(side), norm, p, groups, side.At(g), side.At(w), side.At(measured), side.At(state));
            kernels.Perturb(
                tables.At(side),
                new PerturbArguments
                {
                    Norm = norm,
                    P = p,
                    Direction = side.At(g),
                    Source = side.At(w),
                    Weights = side.At(w),
                    Saved = side.At(saved),
                    Kept = side.At(kept),
                    Measured = side.At(measured),
                },
                groups);
        });

        // The general ball's powers go through logarithms of another make.
        double tolerance = norm == BallNorm.General ? 2e-6 : Rounding;
        measured.AssertClose(tolerance);
        saved.AssertClose(0);
        kept.AssertClose(0);
        w.AssertClose(norm == BallNorm.General ? 1e-6 : 1e-7);
        Assert.Equal(0, state.Cuda()[0].Gate);
        if (norm == BallNorm.Two && !adaptive) AssertLength(tables, before, w.Cuda(), groups);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void ANumberThatIsNotFinite_ClosesTheGateAndMovesNothing(float bad)
    {
        foreach ((BallNorm norm, float p) in ((BallNorm, float)[])[(BallNorm.Two, 2), (BallNorm.Infinity, 9), (BallNorm.One, 1), (BallNorm.General, 3)])
        {
            using TwoDevices devices = new();
            Tables tables = new(devices, byTensor: false);
            float[] values = new float[tables.Count];
            values[400] = 1;
            values[16] = bad;
            Pair<float> g = devices.Put<float>(values), w = devices.Random(tables.Count, 2), saved = devices.Output(tables.Count);
            Pair<double> measured = devices.Room<double>(Measure.Count), sums = devices.Room<double>(3);
            Pair<StepState> state = devices.Put(default(StepState)), other = devices.Put(default(StepState));
            PerturbGroup[] groups = [new(0.05f, 0.01f, 0), new(0.2f, 0.01f, 0)];
            float[] before = w.Cuda();
            devices.Run((kernels, side) =>
            {
                kernels.Measure(tables.At(side), norm, p, groups, side.At(g), side.At(w), side.At(measured), side.At(state));
                kernels.Products(tables.At(side), side.At(g), default, side.At(sums), side.At(other));
                PerturbArguments arguments = new()
                {
                    Norm = norm,
                    P = p,
                    Direction = side.At(g),
                    Source = side.At(w),
                    Weights = side.At(w),
                    Saved = side.At(saved),
                    Measured = side.At(measured),
                };
                kernels.Perturb(tables.At(side), arguments, groups);
            });
            Assert.Equal((1, 1), (state.Cuda()[0].Gate, other.Cuda()[0].Gate));
            Assert.Equal((1, 1), (state.Cpu()[0].Gate, other.Cpu()[0].Gate));
            Assert.Equal(before, w.Cuda());
        }
    }

    [Fact]
    public void CombineClampRestoreFriendlyAndLayerScales_AreTheCpus()
    {
        using TwoDevices devices = new();
        Tables tables = new(devices, byTensor: true);
        int tensors = tables.Tensors;
        Pair<float> x = devices.Random(tables.Count, 1), y = devices.Random(tables.Count, 2), z = devices.Output(tables.Count);
        Pair<float> even = devices.Random(tables.Count, 3), odd = devices.Random(tables.Count, 4), kept = devices.Output(tables.Count);
        Pair<float> factors = devices.Output(tensors), coefficients = devices.Random(5 * tensors, 5);
        float[] specials = new float[tables.Count];
        for (int i = 0; i < specials.Length; i++) specials[i] = (i % 7) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, _ => 0.3f * (i % 9) - 1 };
        Pair<float> clamped = devices.Put<float>(specials);
        Pair<double> sums = devices.Room<double>(3 * tensors), measured = devices.Room<double>(Measure.Count);
        Pair<StepState> state = devices.Put(new StepState { FriendlyUpdates = 3 }), closed = devices.Put(new StepState { Gate = 1 });
        devices.Run((kernels, side) =>
        {
            ArenaPieces pieces = tables.At(side);
            kernels.Combine(pieces, side.At(x), side.At(y), side.At(coefficients), side.At(z));
            kernels.Combine(pieces, side.At(y), default, side.At(coefficients), side.At(z), side.At(closed));
            kernels.Clamp(pieces, 0.7f, side.At(clamped));
            kernels.FriendlyDirection(
                pieces, new FriendlyStep(0.9f, 0.8f, 1, 1), side.At(x), side.At(even), side.At(odd), side.At(kept), side.At(state));
            kernels.Restore(pieces, side.At(y), side.At(kept));
            kernels.Products(pieces, side.At(x), side.At(y), side.At(sums));
            kernels.LayerScales(side.At(sums), [1, 0, 1, 1, 1], [1, 1, 2, 0, 1], side.At(measured), side.At(factors), side.At(state));
        });
        foreach (Pair<float> pair in (Pair<float>[])[x, z, even, odd, kept, clamped]) pair.AssertClose(0);
        measured.AssertClose(Rounding);
        factors.AssertClose(1e-7);
    }

    [Fact]
    public void Evaluate_IsTheCpus()
    {
        using TwoDevices devices = new();
        ScalarKind[] kinds = Enum.GetValues<ScalarKind>();
        Random random = new(7);
        double[] sums = new double[3 * kinds.Length];
        for (int i = 0; i < sums.Length; i++) sums[i] = random.NextDouble() * 4;
        sums[0] = double.NaN;
        ScalarProgram[] programs = [.. kinds.Select(kind => new ScalarProgram(kind, 0.3f, 0.2f, 0.1f, 0.9f))];
        Pair<double> s = devices.Put<double>(sums);
        Pair<float> k = devices.Output(5 * kinds.Length), one = devices.Output(5);
        devices.Run((kernels, side) =>
        {
            kernels.Evaluate(programs, kinds.Length, side.At(s), side.At(k));
            kernels.Evaluate([programs[3]], 1, side.At(s) + 3, side.At(one));
        });
        k.AssertClose(1e-7);
        one.AssertClose(1e-7);
    }

    [Fact]
    public void Commit_CountsAppliedStepsAndHandsTheRecordOver()
    {
        using TwoDevices devices = new();
        Pair<double> record = devices.Put<double>(0, 0, 0, 0, 5, 6, 7), slots = devices.Room<double>(16);
        devices.Run((kernels, side) =>
        {
            DevicePointer<StepState> state = side.At(record).Cast<StepState>();
            CommitArguments arguments = new() { State = state, RecordCount = 7, MovesFriendly = true };
            if (side.IsCuda) arguments = arguments with { Slots = side.At(slots), SlotCount = 2, SlotStride = 8 };
            kernels.Commit(arguments);
            kernels.Commit(arguments with { Discards = true });
            kernels.Commit(arguments with { MovesFriendly = false });
        });
        StepState state = System.Runtime.InteropServices.MemoryMarshal.Cast<double, StepState>(record.Cuda().AsSpan())[0];
        Assert.Equal((0, 1, 2L, 1L, 3L), (state.Gate, state.Applied, state.Updates, state.FriendlyUpdates, state.Ticks));
        Assert.Equal(record.Cpu(), record.Cuda());
        double[] copies = slots.Cuda();
        Assert.Equal([5, 6, 7], copies[4..7]);
        Assert.Equal(3, BitConverter.DoubleToInt64Bits(copies[7]));
        Assert.Equal(2, BitConverter.DoubleToInt64Bits(copies[15]));
    }

    private static void AssertLength(Tables tables, float[] before, float[] after, PerturbGroup[] groups)
    {
        double squares = 0;
        foreach (ArenaPiece piece in tables.Host)
        {
            for (int i = piece.Offset; i < piece.Offset + piece.Count; i++)
            {
                double step = (after[i] - (double)before[i]) / groups[piece.Group].Rho;
                squares += step * step;
            }
        }

        Assert.Equal(1, Math.Sqrt(squares), 1e-5);
    }

    /// <summary>A table of pieces on both devices.</summary>
    internal sealed class Tables
    {
        private readonly Pair<ArenaPiece> _pieces;
        private readonly Pair<double> _partials;
        private readonly long _elements;

        public Tables(TwoDevices devices, bool byTensor)
        {
            List<ArenaPiece> pieces = [];
            int offset = 0;
            for (int t = 0; t < s_tensors.Length; t++)
            {
                (int count, int group, bool perturbed) = s_tensors[t];
                for (int start = 0; start < count; start += ArenaPiece.MaximumCount)
                {
                    int size = Math.Min(ArenaPiece.MaximumCount, count - start);
                    pieces.Add(new ArenaPiece(offset + start, size, group, byTensor ? t : 0, perturbed ? 1 : 0, start));
                    _elements += size;
                }

                offset += (count + 15) / 16 * 16;
            }

            Count = offset;
            Host = [.. pieces];
            Tensors = byTensor ? s_tensors.Length : 1;
            _pieces = devices.Put<ArenaPiece>(Host);
            _partials = devices.Room<double>(Host.Length * (int)ArenaPieces.PartialCount);
        }

        public int Count { get; }

        public int Tensors { get; }

        public ArenaPiece[] Host { get; }

        public ArenaPieces At(Side side) => new(side.At(_pieces), Host.Length, _elements, Tensors, side.At(_partials));
    }
}
