using Sam.Native.Cpu;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class SgdUpdateTests
{
    // Five updates in float against the same in double.
    private const double Tolerance = 2e-6;

    public static TheoryData<float, float, float, bool> Settings => new()
    {
        { 0f, 0f, 0f, false },
        { 0f, 0f, 0.01f, false },
        { 0.9f, 0f, 0f, false },
        { 0.9f, 0.1f, 5e-4f, false },
        { 0.9f, 0f, 5e-4f, true },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void FiveUpdates_FollowTorchsDefinition(float momentum, float dampening, float weightDecay, bool nesterov)
    {
        SgdStep settings = new(0.05f, momentum, dampening, weightDecay, nesterov, First: false);
        foreach (int count in (int[])[0, 1, 15, 16, 17, 67, 16385, 40_009])
        {
            float[] start = RandomFloats(count, 1);
            float[] final = Bits.SameEverywhere(team => Train(team, settings, start, separate: false));
            Bits.AssertEqual(final, Train(null, settings, start, separate: true), "restored from saved weights");
            double[] expected = TrainInDouble(settings, start);
            for (int i = 0; i < count; i++) Assert.Equal(expected[i], final[i], Tolerance * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    [Fact]
    public void PerturbedWeights_LeaveNoTrace()
    {
        float[] saved = RandomFloats(100, 1);
        float[] w = new float[100];
        Array.Fill(w, float.NaN);
        float[] g = new float[100];
        SgdStep step = new(0.1f, 0f, 0f, 0f, Nesterov: false, First: true);
        fixed (float* ps = saved, pw = w, pg = g) SgdUpdate.Run(null, ps, pw, pg, null, step, 100);
        Bits.AssertEqual(saved, w, "a zero gradient restores");
    }

    private static float[] Train(WorkerTeam? team, SgdStep settings, float[] start, bool separate)
    {
        int count = start.Length;
        float[] w = (float[])start.Clone();
        float[] saved = new float[count];
        float[] buffer = new float[count];
        Array.Fill(buffer, float.NaN);
        for (int step = 0; step < 5; step++)
        {
            float[] g = RandomFloats(count, 10 + step);
            fixed (float* ps = saved, pw = w, pg = g, pb = buffer)
            {
                if (separate) SamPerturb.Run(team, pw, ps, pg, 0.3f, count);
                float* from = separate ? ps : pw;
                float* used = settings.Momentum == 0 ? null : pb;
                SgdUpdate.Run(team, from, pw, pg, used, settings with { First = step == 0 }, count);
            }
        }

        return w;
    }

    private static double[] TrainInDouble(SgdStep settings, float[] start)
    {
        double[] w = Array.ConvertAll(start, value => (double)value);
        double[] buffer = new double[start.Length];
        for (int step = 0; step < 5; step++)
        {
            float[] g = RandomFloats(start.Length, 10 + step);
            for (int i = 0; i < w.Length; i++)
            {
                double d = g[i] + (settings.WeightDecay * w[i]);
                if (settings.Momentum != 0)
                {
                    buffer[i] = step == 0 ? d : (settings.Momentum * buffer[i]) + ((1.0 - settings.Dampening) * d);
                    d = settings.Nesterov ? d + (settings.Momentum * buffer[i]) : buffer[i];
                }

                w[i] -= settings.LearningRate * d;
            }
        }

        return w;
    }

    private static float[] RandomFloats(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (random.NextSingle() - 0.5f) * 3f;
        return values;
    }
}
