namespace Sam.Emulator.Tests.Execution;

public sealed class ControlFlowTests
{
    public static TheoryData<ScheduleOrder> Orders => [ScheduleOrder.Forward, ScheduleOrder.Reverse, ScheduleOrder.Random];

    private static ExecutionOptions In(ScheduleOrder order, int threads = 1) =>
        new() { Order = order, OrderSeed = 7, Threads = threads, TimeLimit = TimeSpan.FromSeconds(60) };

    [Theory]
    [MemberData(nameof(Orders))]
    public void DivergentLoop_GivesEachThreadItsOwnResult(ScheduleOrder order)
    {
        using Machine machine = Machine.OfFile("control", In(order));
        ulong result = machine.New<int>(new int[96]);
        machine.Launch("diverge", new Dim3(1), new Dim3(96), result);
        int[] expected = [.. Enumerable.Range(0, 96).Select(t => Enumerable.Range(0, Math.Min(t, 41)).Sum(i => (i & 1) == 1 ? 2 * i : i))];
        Assert.Equal(expected, machine.View<int>(result, 96).ToArray());
        Assert.True(machine.Counters.DivergentBranches > 0);
    }

    [Fact]
    public void DivergentLoop_ReconvergesBeforeTheStore()
    {
        using Machine machine = Machine.OfFile("control");
        ulong result = machine.New<int>(new int[32]);
        machine.Launch("diverge", new Dim3(1), new Dim3(32), result);

        // One store and one return for the warp: lanes that left the loop early waited for the rest.
        Assert.Equal(1, machine.Counters.GlobalStores);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void SpinLockWithinAWarp_Ends(ScheduleOrder order)
    {
        using Machine machine = Machine.OfFile("control", In(order));
        ulong counter = machine.New<int>(0);
        machine.Launch("spin", new Dim3(3), new Dim3(64), counter);
        Assert.Equal(192, machine.View<int>(counter, 1)[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void BlocksThatWaitForEachOther_AllArrive(int threads)
    {
        using Machine machine = Machine.OfFile("control", In(ScheduleOrder.Forward, threads));
        ulong result = machine.New<int>(new int[20]);
        machine.Launch("meet", new Dim3(20), new Dim3(64), 0, true, result, 20);
        Assert.All(machine.View<int>(result, 20).ToArray(), value => Assert.Equal(20, value));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void OneThreadThatPollsBeforeABarrier_IsNoDivergence(ScheduleOrder order)
    {
        using Machine machine = Machine.OfFile("control", In(order) with { Checks = CheckSet.All });
        ulong result = machine.New<int>(new int[20]);
        machine.Launch("meet", new Dim3(20), new Dim3(64), 0, true, result, 20);
        Assert.All(machine.View<int>(result, 20).ToArray(), value => Assert.Equal(20, value));
    }

    [Fact]
    public void Recursion_KeepsTheFramesOfDivergentLanesApart()
    {
        using Machine machine = Machine.OfFile("control");
        ulong result = machine.New<int>(new int[40]);
        machine.Launch("recurse", new Dim3(1), new Dim3(40), result);
        int[] fib = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89];
        Assert.Equal([.. Enumerable.Range(0, 40).Select(t => fib[t % 12])], machine.View<int>(result, 40).ToArray());
    }

    [Fact]
    public void FunctionPointers_CallWhatEachLaneHolds()
    {
        using Machine machine = Machine.OfFile("control");
        ulong result = machine.New<int>(new int[32]);
        machine.Launch("pointers", new Dim3(1), new Dim3(32), result);
        Assert.Equal([.. Enumerable.Range(0, 32).Select(t => (t & 1) == 0 ? 2 * t : t * t)], machine.View<int>(result, 32).ToArray());
    }

    [Fact]
    public void TableOfLabels_SendsEachLaneItsWay()
    {
        using Machine machine = Machine.OfFile("control");
        ulong result = machine.New<int>(new int[32]);
        machine.Launch("table", new Dim3(1), new Dim3(32), result);
        Assert.Equal([.. Enumerable.Range(0, 32).Select(t => 10 * ((t & 3) + 1))], machine.View<int>(result, 32).ToArray());
    }

    [Fact]
    public void Printf_WritesWhatCWould()
    {
        using Machine machine = Machine.OfFile("control");
        machine.Launch("print", new Dim3(1), new Dim3(32));
        Assert.Equal("i=0 x=1.50%i=1 x=1.50%", machine.Output.ToString());
    }

    [Fact]
    public void FailedAssertion_NamesItsTextAndLine()
    {
        using Machine machine = Machine.OfFile("control");
        DeviceFaultException fault = Assert.Throws<DeviceFaultException>(() => machine.Launch("fail", new Dim3(1), new Dim3(1)));
        Assert.Equal(DeviceFaultKind.Assert, fault.Kind);
        Assert.Contains("one:7", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EndlessLoop_StopsAtTheTimeLimit()
    {
        using Machine machine = Machine.OfFile("control", new ExecutionOptions { TimeLimit = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(DeviceFaultKind.TimeLimit,
            Assert.Throws<DeviceFaultException>(() => machine.Launch("forever", new Dim3(1), new Dim3(32))).Kind);
    }

    [Fact]
    public void Trap_IsAFaultAndTheMachineRunsOn()
    {
        using Machine machine = Machine.OfFile("control");
        Assert.Equal(DeviceFaultKind.Trap,
            Assert.Throws<DeviceFaultException>(() => machine.Launch("stop", new Dim3(2), new Dim3(32))).Kind);
        ulong counter = machine.New<int>(0);
        machine.Launch("spin", new Dim3(1), new Dim3(32), counter);
        Assert.Equal(32, machine.View<int>(counter, 1)[0]);
    }

    [Fact]
    public void LaunchOfAnotherShape_IsRefusedByName()
    {
        using Machine machine = Machine.OfFile("control");
        ArgumentException refused = Assert.Throws<ArgumentException>(() => machine.Launch("stop", new Dim3(1), new Dim3(2048)));
        Assert.Equal("block", refused.ParamName);
    }

    /// <summary>A launch takes up the frames of an earlier one of the same block; what the grid decides is its own.</summary>
    [Fact]
    public void GridSize_IsTheLaunchs()
    {
        using var machine = new Machine("""
            .version 8.4
            .target sm_80
            .address_size 64
            .visible .entry k(.param .u64 result)
            {
                .reg .b32 %r<4>;
                .reg .b64 %d<2>;
                mov.u32 %r0, %nctaid.x; mov.u32 %r1, %nctaid.y; mov.u32 %r2, %nctaid.z;
                mad.lo.s32 %r0, %r1, 100, %r0; mad.lo.s32 %r0, %r2, 10000, %r0;
                ld.param.u64 %d0, [result]; cvta.to.global.u64 %d1, %d0;
                st.global.u32 [%d1], %r0;
                ret;
            }
            """);
        ulong result = machine.New<int>(0);
        foreach (Dim3 grid in (Dim3[])[new Dim3(1), new Dim3(7, 2), new Dim3(3, 4, 5)])
        {
            machine.Launch("k", grid, new Dim3(32), result);
            Assert.Equal(grid.X + (100 * grid.Y) + (10000 * grid.Z), machine.View<int>(result, 1)[0]);
        }
    }
}
