using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Activations, their gradients and the sum with an activation against the CPU, bit for bit: both compute the same polynomials in
/// the same order.</summary>
public sealed class ActivationTests
{
    // Around the edges of every piecewise function, and what overflows, underflows or is not a number.
    private static readonly float[] Special =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -1e-42f, 0.625f, -0.62499f, 1.2020815f, 0.85f, 3.92f, 5.6568f,
        -12f, 16.5f, -16f, 89f, -104f, 121f, -119.5f, float.MaxValue, float.MinValue,
    ];

    public static TheoryData<Activation> All => [.. Enum.GetValues<Activation>()];

    [Theory]
    [MemberData(nameof(All))]
    public void TheSameBitsAsTheCpu(Activation activation)
    {
        const int Count = 1027;
        using TwoDevices devices = new();
        float[] values = new float[Count];
        Random random = new(5);
        for (int i = 0; i < Count; i++) values[i] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3)));
        Special.CopyTo(values, 40);
        Pair<float> x = devices.Put<float>(values), dy = devices.Random(Count, 2), dx = devices.Output(Count);
        Pair<float> y = devices.Output(Count), shifted = devices.Output(Count), inPlace = devices.Put<float>(values);
        bool readsOutput = activation is Activation.Relu or Activation.Tanh or Activation.Sigmoid;
        devices.Run((kernels, side) =>
        {
            kernels.ActivationForward(activation, Count, side.At(x), side.At(y));
            kernels.ActivationForward(activation, Count - 1, side.At(x) + 1, side.At(shifted) + 1);
            kernels.ActivationForward(activation, Count, side.At(inPlace), side.At(inPlace));
            kernels.ActivationBackward(
                activation, Count, readsOutput ? default : side.At(x), readsOutput ? side.At(y) : default, side.At(dy), side.At(dx));
            kernels.ActivationBackward(activation, Count, side.At(x), side.At(y), side.At(dy), side.At(dy));
        });
        y.AssertClose(0);
        shifted.AssertClose(0);
        inPlace.AssertClose(0);
        dx.AssertClose(0);
        dy.AssertClose(0);
    }

    [Theory]
    [InlineData(Activation.None, 0)]
    [InlineData(Activation.Relu, 0)]
    [InlineData(Activation.Relu, 1)]
    public void SumsWithAnActivationHaveTheSameBitsAsTheCpu(Activation activation, int offset)
    {
        const int Count = 1029;
        using TwoDevices devices = new();
        Pair<float> a = devices.Random(Count, 1), b = devices.Random(Count, 2), y = devices.Output(Count);
        Pair<float> odd = devices.Put(float.NaN, -1f, 1f, float.NegativeInfinity), even = devices.Put(1f, float.NaN, -1f, float.PositiveInfinity);
        devices.Run((kernels, side) =>
        {
            kernels.AddForward(activation, Count - offset, side.At(a) + offset, side.At(b), side.At(y));
            kernels.AddForward(activation, Count - offset, side.At(b), side.At(a), side.At(a));
            kernels.AddForward(activation, 4, side.At(odd), side.At(even), side.At(even));
        });
        y.AssertClose(0);
        a.AssertClose(0);
        even.AssertClose(0);
    }

    [Fact]
    public void LoadsAndStoresAreCoalesced()
    {
        using TwoDevices devices = new();
        if (devices.Session.Emulated is not { } cuda) return;
        const int Count = 8192;
        Pair<float> x = devices.Random(Count, 1), y = devices.Output(Count), dx = devices.Output(Count);
        cuda.Ledger.Reset();
        devices.Run((kernels, side) =>
        {
            kernels.ActivationForward(Activation.Silu, Count, side.At(x), side.At(y));
            kernels.ActivationBackward(Activation.Silu, Count, side.At(x), default, side.At(y), side.At(dx));
        });
        Assert.Equal(2, cuda.Ledger.KernelRuns);
        Assert.Equal(5L * Count * sizeof(float), cuda.Ledger.Total.GlobalBytes);
        Assert.Equal(1.0, cuda.Ledger.Total.SectorsPerIdeal);
    }
}
