using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Directions that are made and measured in one pass, against the CPU's passes.</summary>
public sealed class TurnedGradientTests
{
    private const double Rounding = 1e-12;
    private static readonly PerturbGroup[] s_groups = [new(0.05f, 0.01f, 1), new(0.1f, 0.01f, 0)];

    [Theory]
    [InlineData(2, 0, true)]
    [InlineData(2, 3, false)]
    [InlineData(1, 4, true)]
    [InlineData(float.PositiveInfinity, 3, true)]
    public void Friendly_IsTheCpus(float p, long updates, bool keeps)
    {
        using TwoDevices devices = new();
        Arrays arrays = new(devices, keeps, new StepState { FriendlyUpdates = updates });
        Pair<float> even = devices.Random(arrays.Merged.Count, 3), odd = devices.Random(arrays.Merged.Count, 4);
        devices.Run((kernels, side) => kernels.MeasureFriendly(
            arrays.Merged.At(side), arrays.At(side, p), s_groups, new FriendlyStep(0.9f, 0.8f, updates == 4 ? 0 : 1, 1), side.At(even), side.At(odd)));
        arrays.AssertClose();
        even.AssertClose(0);
        odd.AssertClose(0);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(1, false)]
    [InlineData(float.PositiveInfinity, false)]
    public void Noise_IsTheCpus(float p, bool keeps)
    {
        using TwoDevices devices = new();
        Arrays arrays = new(devices, keeps, default);
        devices.Run((kernels, side) => kernels.MeasureNoise(
            arrays.Merged.At(side), arrays.ByTensor.At(side), arrays.At(side, p), s_groups, new RandomStream(5, 1UL << 33, 7)));
        arrays.AssertClose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AGradientThatIsNotFinite_ClosesTheGate(bool friendly)
    {
        using TwoDevices devices = new();
        Arrays arrays = new(devices, keeps: false, default, bad: 30000);
        Pair<float> even = devices.Random(arrays.Merged.Count, 3), odd = devices.Random(arrays.Merged.Count, 4);
        float[] before = even.Cuda();
        devices.Run((kernels, side) =>
        {
            TurnArguments arguments = arrays.At(side, 2);
            if (friendly) kernels.MeasureFriendly(arrays.Merged.At(side), arguments, s_groups, new FriendlyStep(1, 0.9f, 0, 0), side.At(even), side.At(odd));
            else kernels.MeasureNoise(arrays.Merged.At(side), arrays.ByTensor.At(side), arguments, s_groups, new RandomStream(1, 2, 3));
        });
        Assert.Equal((1, 1), (arrays.State.Cpu()[0].Gate, arrays.State.Cuda()[0].Gate));

        // The average that counts is the one of the steps before.
        Assert.Equal(before, even.Cuda());
    }

    private sealed class Arrays
    {
        private readonly Pair<float> _gradient, _weights;
        private readonly Pair<float>? _kept;
        private readonly Pair<double> _squares, _measured;

        public Arrays(TwoDevices devices, bool keeps, StepState state, int bad = -1)
        {
            Merged = new ArenaTests.Tables(devices, byTensor: false);
            ByTensor = new ArenaTests.Tables(devices, byTensor: true);
            float[] values = devices.Random(Merged.Count, 1).Cpu();
            if (bad >= 0) values[bad] = float.PositiveInfinity;
            _gradient = devices.Put<float>(values);
            _weights = devices.Random(Merged.Count, 2);
            _kept = keeps ? devices.Output(Merged.Count) : null;
            _squares = devices.Room<double>(3);
            _measured = devices.Room<double>(Measure.Count);
            State = devices.Put(state);
        }

        public ArenaTests.Tables Merged { get; }

        public ArenaTests.Tables ByTensor { get; }

        public Pair<StepState> State { get; }

        public TurnArguments At(Side side, float p) => new()
        {
            Norm = p == 2 ? BallNorm.Two : p == 1 ? BallNorm.One : BallNorm.Infinity,
            P = p,
            Gradient = side.At(_gradient),
            Weights = side.At(_weights),
            Kept = _kept is null ? default : side.At(_kept),
            Squares = side.At(_squares),
            Measured = side.At(_measured),
            State = side.At(State),
        };

        public void AssertClose()
        {
            _gradient.AssertClose(0);
            _kept?.AssertClose(0);
            _squares.AssertClose(Rounding);
            _measured.AssertClose(Rounding);
            Assert.Equal((0, 0), (State.Cpu()[0].Gate, State.Cuda()[0].Gate));
        }
    }
}
