using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Random fills and dropout against the CPU, bit for bit: one stream names the same numbers on every device.</summary>
public sealed class RandomTests
{
    private static readonly RandomStream Stream = new(0x123456789ABCDEF0, 0x1_0000_0007, 42);

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(63, 0, 0)]
    [InlineData(1003, 0, 0)]
    [InlineData(1003, 1, 0)]
    [InlineData(20000, 0, 0)]
    [InlineData(1, 0, 63)]
    [InlineData(1003, 0, 64)]
    [InlineData(1003, 0, 12)]
    [InlineData(1003, 1, 97)]
    public void TheSameNumbersAsTheCpu(int count, int offset, long first)
    {
        RandomStream stream = Stream with { First = first };
        using TwoDevices devices = new();
        Pair<float> uniform = devices.Output(count + offset), normal = devices.Output(count + offset);
        Pair<float> x = devices.Random(count + offset, 3), y = devices.Output(count + offset);
        devices.Run((kernels, side) =>
        {
            kernels.FillUniform(count, -0.3f, 1.7f, stream, side.At(uniform) + offset);
            kernels.FillNormal(count, 0.1f, 2.5f, stream, side.At(normal) + offset);
            kernels.Dropout(0.3f, stream, count, side.At(x) + offset, side.At(y) + offset);
            kernels.Dropout(0.7f, stream with { Stream = 43 }, count, side.At(x) + offset, side.At(x) + offset);
        });
        uniform.AssertClose(0);
        normal.AssertClose(0);
        y.AssertClose(0);
        x.AssertClose(0);
    }

    [Fact]
    public void ADroppedNanIsGoneAndAKeptOneStays()
    {
        const int Count = 256;
        using TwoDevices devices = new();
        Pair<float> x = devices.Put<float>([.. Enumerable.Repeat(float.NaN, Count)]), y = devices.Output(Count);
        devices.Run((kernels, side) => kernels.Dropout(0.5f, Stream, Count, side.At(x), side.At(y)));
        y.AssertClose(0);
        Assert.InRange(y.Cuda().Count(float.IsNaN), 90, 166);
    }

    [Fact]
    public void LoadsAndStoresAreCoalesced()
    {
        using TwoDevices devices = new();
        if (devices.Session.Emulated is not { } cuda) return;
        const int Count = 8192;
        Pair<float> x = devices.Random(Count, 1), y = devices.Output(Count);
        cuda.Ledger.Reset();
        devices.Run((kernels, side) => kernels.Dropout(0.1f, Stream, Count, side.At(x), side.At(y)));
        Assert.Equal(1, cuda.Ledger.KernelRuns);

        // The step number is all that is read beside the tensors.
        Assert.InRange(cuda.Ledger.Total.Counters.GlobalLoadSectors + cuda.Ledger.Total.Counters.GlobalStoreSectors, 2 * Count / 8, 2 * Count / 8 * 1.1);
    }
}
