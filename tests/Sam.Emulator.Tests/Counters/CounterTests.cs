namespace Sam.Emulator.Tests.Counters;

/// <summary>Counters against figures counted by hand.</summary>
public sealed class CounterTests
{
    [Fact]
    public void Copy_CountsInstructionsBytesAndSectors()
    {
        using Machine machine = Machine.OfFile("checks");
        machine.Launch("copy", new Dim3(2), new Dim3(64), machine.New<int>(new int[128]), machine.New<int>(new int[128]), 0);
        KernelCounters counters = machine.Counters;
        Assert.Equal(1, counters.Launches);
        Assert.Equal(2, counters.Blocks);
        Assert.Equal(4 * 15, counters.Instructions);
        Assert.Equal(128 * 15, counters.LaneInstructions);
        Assert.Equal(512, counters.GlobalLoadBytes);
        Assert.Equal(512, counters.GlobalStoreBytes);
        Assert.Equal(4 * 4, counters.GlobalLoadSectors);
        Assert.Equal(4 * 4, counters.GlobalStoreSectors);
        Assert.Equal(128 * 20, counters.ConstantLoadBytes);
        Assert.Equal(0, counters.DivergentBranches);
    }

    [Theory]
    [InlineData(1, 4, 0)]
    [InlineData(2, 8, 1)]
    [InlineData(8, 32, 7)]
    [InlineData(32, 32, 31)]
    [InlineData(33, 32, 0)]
    public void Strides_CostSectorsAndBankConflicts(int stride, int sectors, int conflicts)
    {
        using Machine machine = Machine.OfFile("checks");
        machine.Launch("strided", new Dim3(1), new Dim3(32), machine.New<int>(new int[2048]), stride);
        Assert.Equal(sectors, machine.Counters.GlobalStoreSectors);
        Assert.Equal(conflicts, machine.Counters.SharedBankConflicts);
        Assert.Equal(128, machine.Counters.SharedStoreBytes);
    }

    [Fact]
    public void Barriers_CountOncePerWarp()
    {
        using Machine machine = Machine.OfFile("checks");
        machine.Launch("neighbour", new Dim3(3), new Dim3(128), machine.New<int>(new int[128]), 1);
        Assert.Equal(12, machine.Counters.Barriers);
    }

    [Fact]
    public void RepeatedLaunches_AllocateNothing()
    {
        using Machine machine = Machine.OfFile("checks");
        PtxKernel kernel = machine.Module.FindKernel("collide")!;
        ulong place = machine.New<int>(0);
        byte[] arguments = BitConverter.GetBytes(place);
        var counters = new KernelCounters();
        for (int k = 0; k < 3; k++)
        {
            KernelExecutor.Launch(machine.Loaded, kernel, new Dim3(2), new Dim3(64), 0, arguments, machine.Memory, machine.Options,
                counters, null, false);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int k = 0; k < 20; k++)
        {
            KernelExecutor.Launch(machine.Loaded, kernel, new Dim3(2), new Dim3(64), 0, arguments, machine.Memory, machine.Options,
                counters, null, false);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(23, counters.Launches);
    }
}
