using Sam.Emulator;
using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Batch normalisation against the CPU, and its statistics against float64.</summary>
public sealed class BatchNormTests
{
    // Sums of some thousand float32 terms in another order than the CPU's, relative to the largest element.
    private const double Tolerance = 3e-6;

    // Batch, channels, size: odd planes, whole words, lanes of channels, a channel held by many threads, and channels that several blocks share.
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 3, 5, 7 },
        { 1, 2, 4 },
        { 6, 6, 16 },
        { 5, 3, 1 },
        { 70, 40, 1 },
        { 2, 3, 4100 },
        { 5, 2, 4096 },
        { 3, 2, 6001 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TrainingIsTheCpus(int batch, int channels, int size)
    {
        using TwoDevices devices = new();
        Problem problem = new(devices, batch, channels, size);
        problem.Forward(new BatchNormSettings(Momentum: 0.3f, Activation: Activation.Relu));
        problem.AssertForward(Tolerance);
        Assert.Equal([3L], problem.BatchCount.Cuda());

        foreach ((bool accumulate, bool usesOutput) in (Span<(bool, bool)>)[(false, true), (true, false)])
        {
            problem.Backward(new BatchNormSettings(Activation: Activation.Relu), accumulate, usesOutput);
            problem.AssertBackward(Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EvaluationIsTheCpus(int batch, int channels, int size)
    {
        using TwoDevices devices = new();
        Problem problem = new(devices, batch, channels, size);
        BatchNormSettings settings = new(BatchStatistics: false, Activation: Activation.Relu);
        problem.Forward(settings);
        problem.AssertForward(Tolerance);
        Assert.Equal([2L], problem.BatchCount.Cuda());
        problem.Backward(settings, accumulate: false, usesOutput: true);
        problem.AssertBackward(Tolerance);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ShortcutsAndAliases(int batch, int channels, int size)
    {
        using TwoDevices devices = new();
        int count = batch * channels * size;
        Problem problem = new(devices, batch, channels, size);
        Pair<float> shortcut = devices.Random(count, 21), shortcutGradient = devices.Output(count), inPlace = devices.Random(count, 22);
        BatchNormSettings settings = new(UpdateStatistics: false, Activation: Activation.Relu);
        devices.Run((kernels, side) =>
        {
            // The output over the shortcut, as models have it; no scale and no shift.
            kernels.BatchNormForward(
                settings, batch, channels, size, side.At(problem.Input), default, default, side.At(shortcut), default, side.At(shortcut),
                side.At(problem.Mean), side.At(problem.Inverse));

            // dx over dy, the shortcut's gradient apart.
            kernels.BatchNormBackward(
                settings, batch, channels, size, side.At(problem.Input), default, default, side.At(shortcut), side.At(inPlace),
                side.At(problem.Mean), side.At(problem.Inverse), default, side.At(inPlace), side.At(problem.ScaleGradient), default,
                side.At(shortcutGradient), false);

            // The shortcut's gradient over dy, dx apart.
            kernels.BatchNormBackward(
                settings, batch, channels, size, side.At(problem.Input), side.At(problem.Scale), default, side.At(shortcut),
                side.At(problem.OutputGradient), side.At(problem.Mean), side.At(problem.Inverse), default, side.At(problem.InputGradient), default,
                side.At(problem.ShiftGradient), side.At(problem.OutputGradient), false);
        });
        shortcut.AssertClose(Tolerance);
        inPlace.AssertClose(Tolerance);
        shortcutGradient.AssertClose(0);
        problem.OutputGradient.AssertClose(0);
        problem.InputGradient.AssertClose(Tolerance);
        problem.ScaleGradient.AssertClose(Tolerance);
        problem.ShiftGradient.AssertClose(Tolerance);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void AnAddedGradientIsAddedWhereverItLies(int batch, int channels, int size)
    {
        using TwoDevices devices = new();
        int count = batch * channels * size;
        Problem problem = new(devices, batch, channels, size);
        BatchNormSettings settings = new(UpdateStatistics: false, Activation: Activation.Relu);
        problem.Forward(settings);
        problem.Backward(settings, accumulate: false, usesOutput: true);
        float[] alone = problem.InputGradient.Cuda();
        Pair<float> added = devices.Random(count, 31), inPlace = devices.Random(count, 31), overDy = devices.Put<float>(problem.OutputGradient.Cpu());
        Pair<float> shortcutGradient = devices.Output(count), both = devices.Output(count);
        devices.Run((kernels, side) =>
        {
            Backward(added, problem.OutputGradient, problem.InputGradient, null);
            Backward(inPlace, problem.OutputGradient, inPlace, null);
            Backward(added, overDy, overDy, null);
            Backward(shortcutGradient, problem.OutputGradient, both, shortcutGradient);

            void Backward(Pair<float> other, Pair<float> dy, Pair<float> dx, Pair<float>? shortcut) => kernels.BatchNormBackward(
                settings, batch, channels, size, side.At(problem.Input), side.At(problem.Scale), side.At(problem.Shift), side.At(problem.Output),
                side.At(dy), side.At(problem.Mean), side.At(problem.Inverse), side.At(other), side.At(dx), default, default,
                shortcut is null ? default : side.At(shortcut), false);
        });
        problem.InputGradient.AssertClose(Tolerance);
        both.AssertClose(Tolerance);
        float[] others = added.Cpu();
        Assert.Equal([.. alone.Select((gradient, i) => others[i] + gradient)], problem.InputGradient.Cuda());
        Assert.Equal(problem.InputGradient.Cuda(), inPlace.Cuda());
        Assert.Equal(problem.InputGradient.Cuda(), overDy.Cuda());
        float[] behind = shortcutGradient.Cuda();
        Assert.Equal([.. alone.Select((gradient, i) => behind[i] + gradient)], both.Cuda());
    }

    [Theory]
    [InlineData(5, 2, 4096)]
    [InlineData(6, 6, 16)]
    [InlineData(70, 40, 1)]
    public void NoGradientsButTheParameters(int batch, int channels, int size)
    {
        using TwoDevices devices = new();
        Problem problem = new(devices, batch, channels, size);
        BatchNormSettings settings = new(Momentum: 0.1f);
        problem.Forward(settings);
        devices.Run((kernels, side) => kernels.BatchNormBackward(
            settings, batch, channels, size, side.At(problem.Input), side.At(problem.Scale), side.At(problem.Shift), default,
            side.At(problem.OutputGradient), side.At(problem.Mean), side.At(problem.Inverse), default, default, side.At(problem.ScaleGradient),
            side.At(problem.ShiftGradient), default, true));
        problem.ScaleGradient.AssertClose(Tolerance);
        problem.ShiftGradient.AssertClose(Tolerance);
    }

    [Theory]
    [InlineData(4, 2, 64)]
    [InlineData(5, 2, 4096)]
    [InlineData(300, 3, 1)]
    public void AVarianceFarBelowTheMeanKeepsItsDigits(int batch, int channels, int size)
    {
        using TwoDevices devices = new();
        int count = batch * channels * size;
        float[] values = [.. devices.Random(count, 3).Cpu().Select(static value => 10000 + value)];
        Pair<float> input = devices.Put<float>(values), output = devices.Output(count), mean = devices.Output(channels), inverse = devices.Output(channels);
        devices.Run((kernels, side) => kernels.BatchNormForward(
            new BatchNormSettings(Momentum: 0.1f), batch, channels, size, side.At(input), default, default, default, default, side.At(output), side.At(mean),
            side.At(inverse)));
        for (int c = 0; c < channels; c++)
        {
            double[] channel = [.. Enumerable.Range(0, count).Where(i => i / size % channels == c).Select(i => (double)values[i])];
            double average = channel.Average(), variance = channel.Select(value => (value - average) * (value - average)).Average();
            Assert.Equal(average, mean.Cuda()[c], 1e-7 * average);

            // The mean's own rounding, 5e-4 deviations, moves the variance by its square.
            Assert.Equal(1, inverse.Cuda()[c] * Math.Sqrt(variance + 1e-5), 2e-6);
        }
    }

    [Theory]
    [InlineData(2, 2, 8)]
    [InlineData(5, 2, 4096)]
    [InlineData(4, 3, 1)]
    public void ABatchThatIsNotFiniteMovesNothingButTheCount(int batch, int channels, int size)
    {
        using TwoDevices devices = new();
        Problem problem = new(devices, batch, channels, size);
        float[] values = problem.Input.Cpu();
        values[0] = float.NaN;
        devices.Session.Device.Upload<float>(values, problem.Input.OnCuda);
        devices.Cpu.Upload<float>(values, problem.Input.OnCpu);
        float before = problem.RunningMean.Cuda()[0];
        problem.Forward(new BatchNormSettings(Momentum: 0.1f));
        problem.AssertForward(Tolerance);
        Assert.Equal(before, problem.RunningMean.Cuda()[0]);
        Assert.NotEqual(before, problem.RunningMean.Cuda()[1]);
        Assert.Equal([3L], problem.BatchCount.Cuda());
    }

    [Theory]
    [InlineData(2, 2, 8)]
    [InlineData(5, 2, 4096)]
    [InlineData(4, 40, 1)]
    public void ACumulativeAverageTakesTheCountForItsMomentum(int batch, int channels, int size)
    {
        using TwoDevices devices = new();
        Problem problem = new(devices, batch, channels, size);
        float before = problem.RunningMean.Cuda()[0];
        problem.Forward(new BatchNormSettings(Momentum: 0, Cumulative: true));
        problem.AssertForward(Tolerance);
        Assert.Equal([3L], problem.BatchCount.Cuda());
        Assert.Equal(before + ((problem.Mean.Cuda()[0] - before) / 3), problem.RunningMean.Cuda()[0], 1e-6f);
        problem.Forward(new BatchNormSettings(Momentum: 0, UpdateStatistics: false, Cumulative: true));
        Assert.Equal([3L], problem.BatchCount.Cuda());
    }

    [Theory]
    [InlineData(6, 6, 16)]
    [InlineData(5, 2, 4096)]
    [InlineData(70, 40, 1)]
    public void TheSameBitsAgain(int batch, int channels, int size)
    {
        using TwoDevices devices = new();
        Problem problem = new(devices, batch, channels, size);
        BatchNormSettings settings = new(UpdateStatistics: false, Activation: Activation.Relu);
        List<float[]> results = [];
        for (int i = 0; i < 2; i++)
        {
            problem.Forward(settings);
            problem.Backward(settings, accumulate: false, usesOutput: true);
            results.AddRange([problem.Output.Cuda(), problem.InputGradient.Cuda(), problem.ScaleGradient.Cuda(), problem.ShiftGradient.Cuda()]);
        }

        for (int i = 0; i < 4; i++) Assert.Equal(results[i], results[i + 4]);
    }

    [Theory]
    [InlineData(32, 512, 16, 1, 512, 1.0)]
    [InlineData(5, 4, 4096, 2, 20, 1.1)]
    [InlineData(64, 64, 1, 1, 2, 1.1)]
    public void FewLaunchesManyBlocksAndWholeSectors(int batch, int channels, int size, int launches, int blocks, double sectors)
    {
        using TwoDevices devices = new();
        if (devices.Session.Emulated is not { } cuda) return;
        Problem problem = new(devices, batch, channels, size);
        cuda.Ledger.Reset();
        problem.Forward(new BatchNormSettings(Momentum: 0.1f));
        Check();
        problem.Backward(new BatchNormSettings(Activation: Activation.Relu), accumulate: false, usesOutput: true);
        Check();

        void Check()
        {
            Assert.Equal(launches, cuda.Ledger.KernelRuns);
            foreach (KernelCounters counters in cuda.Ledger.Kernels.Select(static kernel => kernel.Counters))
            {
                // Beside the tensors: what one lane reads or writes for its channel, a sector each.
                long own = 32L * counters.Blocks * (size == 1 ? 64 : 16);
                Assert.Equal(blocks, counters.Blocks);
                Assert.InRange(counters.GlobalLoadSectors * 32, 1, (counters.GlobalLoadBytes * sectors) + own);
                Assert.InRange(counters.GlobalStoreSectors * 32, 1, (counters.GlobalStoreBytes * sectors) + own);
                Assert.Equal(0, counters.SharedBankConflicts);
                Assert.Equal(0, counters.LocalBytes);
            }

            cuda.Ledger.Reset();
        }
    }

    /// <summary>The tensors of one batch normalisation on both devices.</summary>
    private sealed class Problem
    {
        private readonly TwoDevices _devices;
        private readonly int _batch;
        private readonly int _channels;
        private readonly int _size;

        public Problem(TwoDevices devices, int batch, int channels, int size)
        {
            (_devices, _batch, _channels, _size) = (devices, batch, channels, size);
            int count = batch * channels * size;
            Input = devices.Put<float>([.. devices.Random(count, 1).Cpu().Select((value, i) => (2 * value) + (i / size % channels) - 1)]);
            Output = devices.Output(count);
            OutputGradient = devices.Random(count, 2);
            InputGradient = devices.Output(count);
            Scale = devices.Random(channels, 3);
            Shift = devices.Random(channels, 4);
            RunningMean = devices.Random(channels, 5);
            RunningVariance = devices.Put<float>([.. Enumerable.Range(0, channels).Select(static c => 0.5f + (0.1f * c))]);
            BatchCount = devices.Put(2L);
            Mean = devices.Output(channels);
            Inverse = devices.Output(channels);
            ScaleGradient = devices.Random(channels, 6);
            ShiftGradient = devices.Random(channels, 7);
        }

        public Pair<float> Input { get; }

        public Pair<float> Output { get; }

        public Pair<float> OutputGradient { get; }

        public Pair<float> InputGradient { get; }

        public Pair<float> Scale { get; }

        public Pair<float> Shift { get; }

        public Pair<float> RunningMean { get; }

        public Pair<float> RunningVariance { get; }

        public Pair<long> BatchCount { get; }

        public Pair<float> Mean { get; }

        public Pair<float> Inverse { get; }

        public Pair<float> ScaleGradient { get; }

        public Pair<float> ShiftGradient { get; }

        public void Forward(BatchNormSettings settings) => _devices.Run((kernels, side) => kernels.BatchNormForward(
            settings, _batch, _channels, _size, side.At(Input), side.At(Scale), side.At(Shift), default,
            new RunningStatistics(side.At(RunningMean), side.At(RunningVariance), side.At(BatchCount)), side.At(Output), side.At(Mean),
            side.At(Inverse)));

        public void Backward(BatchNormSettings settings, bool accumulate, bool usesOutput)
        {
            // Both devices mask by the same output: where rounding makes one 0 and the other not, a whole gradient would differ.
            _devices.Session.Device.Upload<float>(Output.Cpu(), Output.OnCuda);
            _devices.Session.Device.Upload<float>(Mean.Cpu(), Mean.OnCuda);
            _devices.Session.Device.Upload<float>(Inverse.Cpu(), Inverse.OnCuda);
            _devices.Run((kernels, side) => kernels.BatchNormBackward(
                settings, _batch, _channels, _size, side.At(Input), side.At(Scale), side.At(Shift), usesOutput ? side.At(Output) : default,
                side.At(OutputGradient), side.At(Mean), side.At(Inverse), default, side.At(InputGradient), side.At(ScaleGradient),
                side.At(ShiftGradient), default, accumulate));
        }

        public void AssertForward(double tolerance)
        {
            Mean.AssertClose(tolerance);
            Inverse.AssertClose(tolerance);
            RunningMean.AssertClose(tolerance);
            RunningVariance.AssertClose(tolerance);
            Output.AssertClose(tolerance);
        }

        public void AssertBackward(double tolerance)
        {
            ScaleGradient.AssertClose(tolerance);
            ShiftGradient.AssertClose(tolerance);
            InputGradient.AssertClose(tolerance);
        }
    }
}
