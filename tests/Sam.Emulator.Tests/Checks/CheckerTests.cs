namespace Sam.Emulator.Tests.Checks;

/// <summary>Each checker on a kernel that is wrong in exactly that way, and silent on its right twin.</summary>
public sealed class CheckerTests
{
    private static readonly ExecutionOptions All = new() { Checks = CheckSet.All };

    [Fact]
    public void RightKernels_RaiseNothing()
    {
        using Machine machine = Machine.OfFile("checks", All);
        ulong result = machine.New<int>(new int[256]);
        machine.Launch("copy", new Dim3(4), new Dim3(64), result, machine.New<int>(new int[256]), 0);
        machine.Launch("neighbour", new Dim3(2), new Dim3(256), machine.New<int>(new int[256]), 1);
        ulong count = machine.New<int>(0);
        machine.Launch("last_block", new Dim3(50), new Dim3(1), machine.Raw<int>(50), count, result, 1);
        Assert.Equal(50 * 51 / 2, machine.View<int>(result, 1)[0]);
    }

    [Fact]
    public void LoadBeyondTheEnd_NamesAllocationDistanceAndLine()
    {
        using Machine machine = Machine.OfFile("checks");
        ulong input = machine.New<int>(new int[64]);
        DeviceFaultException fault = Fault(machine, "copy", new Dim3(1), new Dim3(64), machine.New<int>(new int[64]), input, 4);
        Assert.Equal(DeviceFaultKind.OutOfBounds, fault.Kind);
        Assert.Equal(new Dim3(63, 0, 0), fault.Thread);
        Assert.Equal(4, fault.BytesOutside);
        Assert.Equal(input, fault.Allocation!.Address);
        Assert.Equal(input + 256, fault.Address);
        Assert.Equal("copy.cu", fault.SourceFile);
        Assert.Equal(42, fault.SourceLine);
        Assert.Contains("4 bytes beyond the end", fault.Message, StringComparison.Ordinal);
        Assert.Contains("copy.cu:42", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadBeforeTheStart_IsFoundToo()
    {
        using Machine machine = Machine.OfFile("checks");
        DeviceFaultException fault = Fault(machine, "copy", new Dim3(1), new Dim3(64), machine.New<int>(new int[64]),
            machine.New<int>(new int[64]), -8);
        Assert.Equal(-8, fault.BytesOutside);
    }

    [Fact]
    public void FreedMemory_IsNamed()
    {
        using Machine machine = Machine.OfFile("checks");
        ulong input = machine.New<int>(new int[64]);
        machine.Memory.Free(input);
        ulong other = machine.New<int>(new int[64]);
        Assert.NotEqual(input, other);
        Assert.Equal(DeviceFaultKind.UseAfterFree, Fault(machine, "copy", new Dim3(1), new Dim3(64), other, input, 0).Kind);
    }

    [Fact]
    public void MisalignedLoad_IsFound()
    {
        using Machine machine = Machine.OfFile("checks");
        DeviceFaultException fault = Fault(machine, "copy", new Dim3(1), new Dim3(32), machine.New<int>(new int[64]),
            machine.New<int>(new int[64]), 2);
        Assert.Equal(DeviceFaultKind.Misaligned, fault.Kind);
    }

    [Fact]
    public void UnwrittenGlobalMemory_IsFound()
    {
        using Machine machine = Machine.OfFile("checks", All);
        ulong raw = machine.Raw<int>(64);
        machine.Memory.MarkInitialised(raw, 100);
        DeviceFaultException fault = Fault(machine, "copy", new Dim3(1), new Dim3(64), machine.New<int>(new int[64]), raw, 0);
        Assert.Equal(DeviceFaultKind.Uninitialised, fault.Kind);
        Assert.Equal(new Dim3(25, 0, 0), fault.Thread);
    }

    [Fact]
    public void UnwrittenSharedMemory_IsFound()
    {
        using Machine machine = Machine.OfFile("checks", All);
        Assert.Equal(DeviceFaultKind.Uninitialised, Fault(machine, "unwritten_shared", new Dim3(1), new Dim3(1), machine.New<int>(0)).Kind);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(256)]
    public void MissingBarrier_IsASharedRace(int threads)
    {
        using Machine machine = Machine.OfFile("checks", new ExecutionOptions { Checks = CheckSet.SharedRaces });
        Assert.Equal(DeviceFaultKind.SharedRace,
            Fault(machine, "neighbour", new Dim3(1), new Dim3(threads), machine.New<int>(new int[256]), 0).Kind);
    }

    [Fact]
    public void MissingFence_IsAGlobalRace()
    {
        using Machine machine = Machine.OfFile("checks", All);
        DeviceFaultException fault = Fault(machine, "last_block", new Dim3(50), new Dim3(1), machine.Raw<int>(50), machine.New<int>(0),
            machine.New<int>(0), 0);
        Assert.Equal(DeviceFaultKind.GlobalRace, fault.Kind);
    }

    [Fact]
    public void BlocksThatWriteOnePlace_AreAGlobalRace()
    {
        using Machine machine = Machine.OfFile("checks", All);
        Assert.Equal(DeviceFaultKind.GlobalRace, Fault(machine, "collide", new Dim3(2), new Dim3(32), machine.New<int>(-1)).Kind);
    }

    [Fact]
    public void BarrierOfHalfAWarp_IsDivergent()
    {
        using Machine machine = Machine.OfFile("checks", All);
        Assert.Equal(DeviceFaultKind.DivergentBarrier, Fault(machine, "half_barrier", new Dim3(1), new Dim3(32)).Kind);
    }

    [Fact]
    public void WarpsAtDifferentBarriers_AreDivergent()
    {
        using Machine machine = Machine.OfFile("checks", All);
        Assert.Equal(DeviceFaultKind.DivergentBarrier, Fault(machine, "two_barriers", new Dim3(1), new Dim3(64)).Kind);
    }

    [Fact]
    public void ShuffleFromAnInactiveLane_IsFound()
    {
        using Machine machine = Machine.OfFile("checks", All);
        DeviceFaultException fault = Fault(machine, "half_shuffle", new Dim3(1), new Dim3(32), machine.New<int>(new int[32]));
        Assert.Equal(DeviceFaultKind.InactiveLane, fault.Kind);
    }

    private static DeviceFaultException Fault(Machine machine, string kernel, Dim3 grid, Dim3 block, params object[] arguments) =>
        Assert.Throws<DeviceFaultException>(() => machine.Launch(kernel, grid, block, arguments));
}
