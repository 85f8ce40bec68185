using Sam.Native.Cpu;
using Sam.Native.Tests.Memory;
using static Sam.Native.Tests.Cpu.NormalizationReferences;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class BatchNormTests
{
    private const float Epsilon = 1e-5f;

    // Blocks of at most 4096 elements are summed in float, each lane 128 of them, the rest in double: a few units in the last place of values around 1.
    private const double Tolerance = 4e-6;

    // Gradients are sums over the channel in the same way; their terms are around 1, so the error grows with the count's root.
    private const double GradientTolerance = 2e-5;

    public static TheoryData<int, int, int> Sizes => new()
    {
        { 2, 3, 1 }, { 5, 17, 1 }, { 130, 33, 1 }, { 64, 16, 1 },
        { 1, 3, 4 }, { 1, 2, 2 }, { 3, 5, 7 }, { 4, 3, 49 }, { 2, 4, 16 }, { 7, 3, 31 }, { 2, 2, 33 }, { 40, 2, 256 }, { 2, 3, 1024 }, { 3, 2, 5000 }, { 1, 2, 9001 },
        { 32, 10, 16 }, { 33, 6, 9 }, { 11, 3, 640 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_MatchesDouble_WithEveryFusion(int batch, int channels, int size)
    {
        foreach (bool relu in new[] { false, true })
        {
            foreach (bool shortcut in new[] { false, true })
            {
                foreach (bool affine in new[] { false, true })
                {
                    Case c = new(batch, channels, size, relu, shortcut, affine);
                    float[] y = Bits.SameEverywhere(team => c.Forward(team).Output);
                    double[] expected = c.Reference();
                    for (int i = 0; i < y.Length; i++) Assert.Equal(expected[i], y[i], Tolerance * (1 + Math.Abs(expected[i])));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Backward_MatchesCentralDifferences_WithEveryFusion(int batch, int channels, int size)
    {
        foreach (bool relu in new[] { false, true })
        {
            foreach (bool shortcut in new[] { false, true })
            {
                foreach (bool training in new[] { false, true })
                {
                    CheckGradients(new Case(batch, channels, size, relu, shortcut, affine: true) { Training = training });
                }
            }
        }

        CheckGradients(new Case(batch, channels, size, relu: true, shortcut: false, affine: false));
    }

    [Fact]
    public void Gradients_MayOverwriteTheOutputs()
    {
        foreach ((int batch, int channels, int size) in new[] { (9, 3, 37), (20, 5, 1) })
        {
            Case plain = new(batch, channels, size, relu: true, shortcut: false, affine: true);
            float[] expected = plain.Backward(null).Input;
            Bits.AssertEqual(expected, plain.Backward(null, inputInPlace: true).Input, "dx over dy");
            Case added = new(batch, channels, size, relu: true, shortcut: true, affine: true);
            Gradients apart = added.Backward(null);
            Gradients together = added.Backward(null, shortcutInPlace: true);
            Bits.AssertEqual(apart.Input, together.Input, "dx");
            Bits.AssertEqual(apart.Shortcut!, together.Shortcut!, "shortcut over dy");
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AddedGradient_IsAddedWhereverItLies(int batch, int channels, int size)
    {
        foreach ((bool relu, bool shortcut) in new[] { (false, false), (true, false), (true, true) })
        {
            Case c = new(batch, channels, size, relu, shortcut, affine: true);
            Gradients alone = c.Backward(null);
            float[] sum = [.. alone.Input.Zip(c.Other, static (own, other) => other + own)];
            Gradients apart = c.Backward(null, added: Added.Apart);
            Bits.AssertEqual(sum, Bits.SameEverywhere(team => c.Backward(team, added: Added.Apart).Input), "dx and another");
            Bits.AssertEqual([.. alone.Scale!, .. alone.Shift!, .. alone.Shortcut ?? []], [.. apart.Scale!, .. apart.Shift!, .. apart.Shortcut ?? []], "the rest");
            Bits.AssertEqual(sum, c.Backward(null, added: Added.InPlace).Input, "dx over the other");
            Bits.AssertEqual(sum, c.Backward(null, inputInPlace: true, added: Added.Apart).Input, "dx over dy");
            if (!shortcut) continue;
            sum = [.. alone.Input.Zip(alone.Shortcut!, static (own, other) => other + own)];
            Bits.AssertEqual(sum, c.Backward(null, added: Added.Shortcut).Input, "dx and the shortcut's");
            Bits.AssertEqual(sum, c.Backward(null, shortcutInPlace: true, added: Added.Shortcut).Input, "dx and the shortcut's over dy");
        }
    }

    [Theory]
    [InlineData(6, 3, 10)]
    [InlineData(60, 3, 1)]
    public void RunningStatistics_MoveByTheMomentum_WithTheUnbiasedVariance(int batch, int channels, int size)
    {
        Case c = new(batch, channels, size, relu: false, shortcut: false, affine: true);
        Results results = c.Forward(null);
        (double Mean, double Variance)[] moments = Moments(Widen(c.Input), c.Channel);
        double count = batch * size;
        for (int channel = 0; channel < channels; channel++)
        {
            Assert.Equal((0.9 * c.RunningMean[channel]) + (0.1 * moments[channel].Mean), results.RunningMean[channel], Tolerance);
            Assert.Equal((0.9 * c.RunningVariance[channel]) + (0.1 * moments[channel].Variance * count / (count - 1)), results.RunningVariance[channel], Tolerance);
        }

        Assert.Equal(1, results.BatchCount);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void RunningStatistics_StayWhereTheyAre_InTheSecondPassAndInEvaluation(bool training, bool update)
    {
        Case c = new(4, 3, 10, relu: false, shortcut: false, affine: true) { Training = training, Update = update };
        Results results = c.Forward(null);
        Assert.Equal(c.RunningMean, results.RunningMean.AsSpan());
        Assert.Equal(c.RunningVariance, results.RunningVariance.AsSpan());
        Assert.Equal(0, results.BatchCount);
    }

    [Theory]
    [InlineData(8, 500)]
    [InlineData(300, 1)]
    public void FarFromZero_NoDigitsCancel(int batch, int size)
    {
        Case c = new(batch, 2, size, relu: false, shortcut: false, affine: false, center: 1000f);
        Results results = c.Forward(null);
        (double Mean, double Variance)[] moments = Moments(Widen(c.Input), c.Channel);
        for (int channel = 0; channel < 2; channel++)
        {
            double expected = 1 / Math.Sqrt(moments[channel].Variance + Epsilon);
            Assert.Equal(expected, results.Inverse[channel], 1e-6 * expected);
        }
    }

    [Fact]
    public void NaN_StaysInItsChannel_AndConstantsGiveTheShift()
    {
        Case c = new(3, 3, 8, relu: true, shortcut: false, affine: true);
        c.Input[8] = float.NaN;
        for (int b = 0; b < 3; b++) c.Input.AsSpan((b * 24) + 16, 8).Fill(5f);
        float[] y = Bits.SameEverywhere(team => c.Forward(team).Output);
        for (int i = 0; i < y.Length; i++)
        {
            switch (c.Channel(i))
            {
                case 1: Assert.True(float.IsNaN(y[i])); break;
                case 2: Assert.Equal(Math.Max(0f, c.Beta![2]), y[i]); break;
                default: Assert.True(float.IsFinite(y[i])); break;
            }
        }
    }

    private static void CheckGradients(Case c)
    {
        float[] all = Bits.SameEverywhere(team => c.Backward(team).All());
        Gradients gradients = c.Backward(null);
        Bits.AssertEqual(all, gradients.All(), "again");
        double[] weights = Widen(c.OutputGradient);
        double[] x = Widen(c.Input);
        Random random = new(c.Batch + c.Channels + c.Size);
        double scale = GradientTolerance * Math.Sqrt(c.Batch * c.Size);
        for (int k = 0; k < (x.Length > 5000 ? 2 : 6); k++)
        {
            int i = random.Next(x.Length);
            Assert.Equal(Slope(x, i, weights, () => c.Reference(x)), gradients.Input[i], GradientTolerance * 5);
        }

        int channel = random.Next(c.Channels);
        if (c.Gamma is not null)
        {
            double[] gamma = Widen(c.Gamma), beta = Widen(c.Beta!);
            Assert.Equal(Slope(gamma, channel, weights, () => c.Reference(x, gamma, beta)), gradients.Scale![channel], scale);
            Assert.Equal(Slope(beta, channel, weights, () => c.Reference(x, gamma, beta)), gradients.Shift![channel], scale);

            // The second call adds to what the first left: exactly the double.
            Assert.Equal(2 * gradients.Scale![channel], c.Backward(null, accumulate: true).Scale![channel]);
        }

        if (gradients.Shortcut is not null)
        {
            double[] y = c.Reference();
            for (int i = 0; i < y.Length; i++) Assert.Equal(!c.Relu || y[i] > 0 ? c.OutputGradient[i] : 0f, gradients.Shortcut[i]);
        }
    }

    /// <summary>Where the gradient lies that is added to the input's.</summary>
    private enum Added
    {
        Nothing,
        Apart,
        InPlace,
        Shortcut,
    }

    private sealed record Results(float[] Output, float[] RunningMean, float[] RunningVariance, float[] Mean, float[] Inverse, long BatchCount);

    private sealed record Gradients(float[] Input, float[]? Scale, float[]? Shift, float[]? Shortcut)
    {
        public float[] All() => [.. Input, .. Scale ?? [], .. Shift ?? [], .. Shortcut ?? []];
    }

    /// <summary>One batch normalisation with its data; buffers end at guard pages.</summary>
    private sealed class Case(int batch, int channels, int size, bool relu, bool shortcut, bool affine, float center = 0.3f)
    {
        public int Batch => batch;

        public int Channels => channels;

        public int Size => size;

        public bool Relu => relu;

        public bool Training { get; init; } = true;

        public bool Update { get; init; } = true;

        public float[] Input { get; } = Random(batch * channels * size, 1, center: center);

        public float[]? Shortcut { get; } = shortcut ? Random(batch * channels * size, 2) : null;

        public float[] Other { get; } = Random(batch * channels * size, 8);

        public float[] OutputGradient { get; } = Random(batch * channels * size, 3);

        public float[]? Gamma { get; } = affine ? Random(channels, 4) : null;

        public float[]? Beta { get; } = affine ? Random(channels, 5) : null;

        public float[] RunningMean { get; } = Random(channels, 6);

        public float[] RunningVariance { get; } = Array.ConvertAll(Random(channels, 7), static v => MathF.Abs(v) + 0.1f);

        public int Channel(int index) => index / size % channels;

        public double[] Reference(double[]? x = null, double[]? gamma = null, double[]? beta = null)
        {
            (double, double)[]? given = Training ? null : [.. RunningMean.Zip(RunningVariance, static (m, v) => ((double)m, (double)v))];
            return NormalizationReferences.Forward(
                x ?? Widen(Input), Channel, Channel, gamma ?? (Gamma is null ? null : Widen(Gamma)), beta ?? (Beta is null ? null : Widen(Beta)),
                Shortcut is null ? null : Widen(Shortcut), relu, Epsilon, given);
        }

        public Results Forward(WorkerTeam? team)
        {
            using Copied x = new(Input), gamma = new(Gamma), beta = new(Beta), added = new(Shortcut), runningMean = new(RunningMean), runningVariance = new(RunningVariance);
            using Copied y = new(new float[Input.Length]), mean = new(new float[channels]), inverse = new(new float[channels]);
            long count = 0;
            using WorkerTeam? own = team is null ? new WorkerTeam(1) : null;
            new CpuKernels(team ?? own!).BatchNormForward(
                Settings(), batch, channels, size, x.Pointer, gamma.Pointer, beta.Pointer, added.Pointer,
                new RunningStatistics(runningMean.Pointer, runningVariance.Pointer, new DevicePointer<long>(&count)), y.Pointer, mean.Pointer, inverse.Pointer);
            Assert.Equal(Input, x.Values);
            return new Results(y.Values, runningMean.Values, runningVariance.Values, mean.Values, inverse.Values, count);
        }

        public Gradients Backward(
            WorkerTeam? team, bool inputInPlace = false, bool shortcutInPlace = false, bool accumulate = false, Added added = Added.Nothing)
        {
            Results forward = Forward(team);
            using Copied x = new(Input), gamma = new(Gamma), beta = new(Beta), y = new(Shortcut is null ? null : forward.Output), dy = new(OutputGradient);
            using Copied mean = new(forward.Mean), inverse = new(forward.Inverse);
            using Copied other = new(Other);
            using Copied dx = new(inputInPlace ? null : added == Added.InPlace ? Other : new float[Input.Length]), dgamma = new(Gamma is null ? null : new float[channels]);
            using Copied dbeta = new(Gamma is null ? null : new float[channels]);
            using Copied dshortcut = new(Shortcut is null || shortcutInPlace ? null : new float[Input.Length]);
            using WorkerTeam? own = team is null ? new WorkerTeam(1) : null;
            for (int call = 0; call < (accumulate ? 2 : 1); call++)
            {
                new CpuKernels(team ?? own!).BatchNormBackward(
                    Settings(), batch, channels, size, x.Pointer, gamma.Pointer, beta.Pointer, y.Pointer, dy.Pointer, mean.Pointer, inverse.Pointer,
                    AddedPointer(), inputInPlace ? dy.Pointer : dx.Pointer, dgamma.Pointer, dbeta.Pointer, shortcutInPlace ? dy.Pointer : dshortcut.Pointer, accumulate);
            }

            return new Gradients(
                inputInPlace ? dy.Values : dx.Values,
                Gamma is null ? null : dgamma.Values,
                Gamma is null ? null : dbeta.Values,
                Shortcut is null ? null : shortcutInPlace ? dy.Values : dshortcut.Values);

            DevicePointer<float> AddedPointer() => added switch
            {
                Added.Apart => other.Pointer,
                Added.InPlace => dx.Pointer,
                Added.Shortcut => shortcutInPlace ? dy.Pointer : dshortcut.Pointer,
                _ => DevicePointer<float>.Null,
            };
        }

        private BatchNormSettings Settings() => new(Epsilon, 0.1f, Training, Update, relu ? Activation.Relu : Activation.None);
    }

    /// <summary>A copy of values that ends at a guard page; of null, the null pointer.</summary>
    private sealed class Copied : IDisposable
    {
        private readonly GuardedBuffer? _buffer;

        public Copied(float[]? values)
        {
            if (values is not null)
            {
                _buffer = new GuardedBuffer(values.Length);
                values.CopyTo(_buffer.Span);
            }
        }

        public DevicePointer<float> Pointer => _buffer is null ? DevicePointer<float>.Null : new DevicePointer<float>(_buffer.Pointer);

        public float[] Values => _buffer!.Span.ToArray();

        public void Dispose() => _buffer?.Dispose();
    }
}
