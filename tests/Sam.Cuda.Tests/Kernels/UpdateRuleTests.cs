using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Every base optimizer's kernel against the CPU's arithmetic, bit for bit: both write the same fused products.</summary>
public sealed class UpdateRuleTests
{
    private static readonly StepScalars s_scalars = new(0.01f, 0.1f, 0.999f);

    [Fact]
    public void Sgd()
    {
        using TwoDevices devices = new();
        Check(devices, new SgdRule(s_scalars));
    }

    [Fact]
    public void SgdMomentum()
    {
        using TwoDevices devices = new();
        Check(devices, new SgdMomentumRule(s_scalars, 0.9f, 0.8f, 0, 0));
        Check(devices, new SgdMomentumRule(s_scalars, 0.9f, 1, 1, 1));
    }

    [Fact]
    public void AdamAndItsKin()
    {
        using TwoDevices devices = new();
        Check(devices, new AdamRule(s_scalars, 0.9f, 0.99f, 1e-8f, 0.1f, 1.7f));
        Check(devices, new AmsgradRule(s_scalars, 0.9f, 0.99f, 1e-8f, 0.1f, 1.7f));
        Check(devices, new NAdamRule(s_scalars, 0.9f, 0.99f, 1e-8f, 0.1f, 0.2f, 1.7f));
        Check(devices, new RAdamRule(s_scalars, 0.9f, 0.99f, 1e-8f, 0.1f, 1));
        Check(devices, new RAdamRule(s_scalars, 0.9f, 0.99f, 1e-8f, 0.1f, 0));
        Check(devices, new AdamaxRule(s_scalars, 0.9f, 0.99f, 1e-8f, 0.1f));
    }

    [Fact]
    public void RmspropAdagradAdadeltaLion()
    {
        using TwoDevices devices = new();
        Check(devices, new RmspropRule(s_scalars, 0.9f, 1e-8f));
        Check(devices, new RmspropFullRule(s_scalars, 0.9f, 1, 0.9f, 1));
        Check(devices, new RmspropFullRule(s_scalars, 0.9f, 1, 0, 0));
        Check(devices, new AdagradRule(s_scalars, 1e-8f, 0.1f, 0.2f));
        Check(devices, new AdadeltaRule(s_scalars, 0.9f, 1e-6f));
        Check(devices, new LionRule(s_scalars, 0.9f, 0.99f));
    }

    [Fact]
    public void LambAndLars()
    {
        using TwoDevices devices = new();
        Check(devices, new LambRule(s_scalars, 0.9f, 0.99f, 1e-6f, 1.1f, 1.7f, 0.01f));
        Check(devices, new LarsRule(s_scalars, 0.9f));
    }

    private static void Check<TRule>(TwoDevices devices, TRule rule)
        where TRule : unmanaged, IUpdateRule
    {
        ArenaTests.Tables tables = new(devices, byTensor: true);
        foreach ((bool mixes, bool output, int gate) in ((bool, bool, int)[])[(false, false, 0), (true, false, 0), (true, true, 0), (true, false, 1)])
        {
            Pair<float> h = devices.Random(tables.Count, 1), g = devices.Random(tables.Count, 2), saved = devices.Random(tables.Count, 3);
            Pair<float> w = devices.Random(tables.Count, 4), result = devices.Output(tables.Count);
            Pair<float>[] slots = [Positive(devices, tables.Count, 5), Positive(devices, tables.Count, 6), Positive(devices, tables.Count, 7)];
            Pair<float> coefficients = devices.Random(5 * tables.Tensors, 8);
            Pair<StepState> state = devices.Put(new StepState { Gate = gate });
            devices.Run((kernels, side) => kernels.Update<TRule>(
                tables.At(side),
                new UpdateArguments
                {
                    Gradient = side.At(h),
                    Other = mixes ? side.At(g) : default,
                    Coefficients = mixes ? side.At(coefficients) : default,
                    Saved = side.At(saved),
                    Weights = side.At(w),
                    Output = output ? side.At(result) : default,
                    Slot0 = side.At(slots[0]),
                    Slot1 = side.At(slots[1]),
                    Slot2 = side.At(slots[2]),
                    State = side.At(state),
                },
                [rule, rule]));
            foreach (Pair<float> pair in (Pair<float>[])[w, result, .. slots]) pair.AssertClose(0);
        }
    }

    private static Pair<float> Positive(TwoDevices devices, int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)random.NextDouble() + 0.1f;
        return devices.Put<float>(values);
    }
}
