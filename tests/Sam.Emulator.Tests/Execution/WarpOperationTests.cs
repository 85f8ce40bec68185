namespace Sam.Emulator.Tests.Execution;

public sealed class WarpOperationTests
{
    [Fact]
    public void ShufflesVotesAndMatches_GiveEachLaneWhatPtxSays()
    {
        using Machine machine = Machine.OfFile("warp", new ExecutionOptions { Checks = CheckSet.All });
        ulong result = machine.New<uint>(new uint[32 * 8]);
        machine.Launch("operations", new Dim3(1), new Dim3(32), result);
        for (uint t = 0; t < 32; t++)
        {
            uint[] expected =
            [
                (t ^ 1) * (t ^ 1),
                t == 0 ? 0 : (t - 1) * (t - 1),
                t % 8 < 6 ? (t + 2) * (t + 2) : t * t,
                ((t & 24) + 3) * ((t & 24) + 3),
                0x22222222,
                0x11111111u << (int)(t & 3),
                31 * 32 / 2,
                1u + (t == 0 ? 0u : 4) + (t == 0 ? 8u : 0),
            ];
            Assert.Equal(expected, machine.View<uint>(result, 256).Slice((int)t * 8, 8).ToArray());
        }
    }

    [Theory]
    [InlineData(ScheduleOrder.Forward)]
    [InlineData(ScheduleOrder.Reverse)]
    [InlineData(ScheduleOrder.Random)]
    public void WarpBarrier_IsMetFromBothSidesOfABranch(ScheduleOrder order)
    {
        using Machine machine = Machine.OfFile("warp", new ExecutionOptions { Order = order });
        ulong result = machine.New<int>(new int[32]);
        machine.Launch("rejoin", new Dim3(1), new Dim3(32), result);
        Assert.Equal([.. Enumerable.Range(0, 32).Select(t => t < 16 ? 7 : 5)], machine.View<int>(result, 32).ToArray());
    }

    [Theory]
    [InlineData(ScheduleOrder.Forward)]
    [InlineData(ScheduleOrder.Reverse)]
    [InlineData(ScheduleOrder.Random)]
    public void BlockBarrier_OrdersSharedMemoryAndCounts(ScheduleOrder order)
    {
        using Machine machine = Machine.OfFile("warp", new ExecutionOptions { Order = order, Checks = CheckSet.All });
        ulong result = machine.New<int>(new int[100]);
        machine.Launch("reverse", new Dim3(1), new Dim3(100), 400, false, result);
        Assert.Equal([.. Enumerable.Range(0, 100).Select(t => (1 << (t & 3)) * 1000000 + 50 * 1000 + 99 - t)],
            machine.View<int>(result, 100).ToArray());
    }

    [Theory]
    [InlineData(ScheduleOrder.Forward)]
    [InlineData(ScheduleOrder.Reverse)]
    public void PartialBarriers_HoldOnlyTheirWarps(ScheduleOrder order)
    {
        using Machine machine = Machine.OfFile("warp", new ExecutionOptions { Order = order, Checks = CheckSet.All });
        ulong result = machine.New<int>(new int[128]);
        machine.Launch("pairs", new Dim3(1), new Dim3(128), result);
        Assert.Equal([.. Enumerable.Range(0, 128).Select(t => (t / 64) + 1)], machine.View<int>(result, 128).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Atomics_LoseNothing(int threads)
    {
        using Machine machine = Machine.OfFile("warp", new ExecutionOptions { Threads = threads });
        ulong result = machine.New<uint>(0, 0, 0, 0, 0, 0, uint.MaxValue, uint.MaxValue);
        ulong sum = machine.New<double>(0);
        machine.Launch("atomics", new Dim3(10), new Dim3(64), result, sum);
        uint[] values = machine.View<uint>(result, 8).ToArray();
        Assert.Equal(1280u, values[0]);
        Assert.Equal(63u, values[1]);
        Assert.Equal(0u, values[2]);
        Assert.Equal(20160f, BitConverter.UInt32BitsToSingle(values[3]));
        Assert.Equal(0u, values[4]);
        Assert.Equal(0u, values[6]);
        Assert.Equal(20160.0, machine.View<double>(sum, 1)[0]);
        Assert.Equal(7 * 640, machine.Counters.Atomics);
    }

    [Fact]
    public void MatrixProduct_UsesTheLayoutOfPtx()
    {
        using Machine machine = Machine.OfFile("warp");
        var random = new Random(3);
        Half[] a = [.. Enumerable.Range(0, 128).Select(_ => (Half)random.Next(-8, 9))];
        Half[] b = [.. Enumerable.Range(0, 64).Select(_ => (Half)random.Next(-8, 9))];
        ulong result = machine.New<float>(new float[128]);
        machine.Launch("product", new Dim3(1), new Dim3(32), result, machine.New<Half>(a), machine.New<Half>(b));
        float[] d = machine.View<float>(result, 128).ToArray();
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                float expected = 1 + Enumerable.Range(0, 8).Sum(k => (float)a[(row * 8) + k] * (float)b[(column * 8) + k]);
                Assert.Equal(expected, d[(row * 8) + column]);
            }
        }
    }

    [Fact]
    public void TensorProduct_IsTheProduct()
    {
        using Machine machine = Machine.OfFile("warp");
        var random = new Random(4);
        Half[] a = [.. Enumerable.Range(0, 256).Select(_ => (Half)random.Next(-8, 9))];
        Half[] b = [.. Enumerable.Range(0, 256).Select(_ => (Half)random.Next(-8, 9))];
        ulong result = machine.New<float>(new float[256]);
        machine.Launch("tensor", new Dim3(1), new Dim3(32), result, machine.New<Half>(a), machine.New<Half>(b));
        float[] d = machine.View<float>(result, 256).ToArray();
        for (int k = 0; k < 256; k++)
        {
            Assert.Equal(Enumerable.Range(0, 16).Sum(j => (float)a[(k / 16 * 16) + j] * (float)b[(j * 16) + (k % 16)]), d[k]);
        }
    }

    [Fact]
    public void AsynchronousCopies_AreThereAfterTheWait()
    {
        using Machine machine = Machine.OfFile("warp", new ExecutionOptions { Checks = CheckSet.All });
        int[] numbers = [.. Enumerable.Range(0, 128)];
        ulong result = machine.New<int>(new int[128]);
        machine.Launch("copies", new Dim3(1), new Dim3(32), result, machine.New<int>(numbers));
        Assert.Equal([.. numbers.Select(k => (k / 4 * 4) + 3 - (k % 4))], machine.View<int>(result, 128).ToArray());
    }
}
