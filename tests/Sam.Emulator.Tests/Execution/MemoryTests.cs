using System.Runtime.InteropServices;

namespace Sam.Emulator.Tests.Execution;

public sealed class MemoryTests
{
    private static readonly ExecutionOptions Checked = new() { Checks = CheckSet.All };

    [Fact]
    public void LoadsOfEveryWidth_ExtendAsTheirTypeSays()
    {
        using Machine machine = Machine.OfFile("memory", Checked);
        ulong result = machine.New<int>(new int[16]);
        machine.Launch("widths", new Dim3(1), new Dim3(1), result);
        Assert.Equal(
            [255, -1, -2, 0xFF03, unchecked((short)0xFF03), 0x0A09, 0x0C0B, 1, 255, unchecked((int)0xFF030201), 0x100F0E0D, 255, -1,
                unchecked((int)0xFE070605), 0x0C0B0A09, 0x0C0B0A09],
            machine.View<int>(result, 16).ToArray());
    }

    [Fact]
    public void LocalMemory_IsPrivateToEachThread()
    {
        using Machine machine = Machine.OfFile("memory", Checked);
        ulong result = machine.New<uint>(new uint[64 * 4]);
        machine.Launch("private", new Dim3(1), new Dim3(64), result);
        for (int t = 0; t < 64; t++)
        {
            byte[] array = [255, 255, 255, 255, 255, 255, 255, 255];
            array[t & 7] = (byte)t;
            uint[] expected = [BitConverter.ToUInt32(array, 0), BitConverter.ToUInt32(array, 4), (uint)t, (uint)t];
            Assert.Equal(expected, machine.View<uint>(result, 256).Slice(t * 4, 4).ToArray());
        }
    }

    [Fact]
    public void GenericAddresses_ReachTheSpaceOfEachLane()
    {
        using Machine machine = Machine.OfFile("memory", Checked);
        ulong result = machine.New<int>(new int[32]);
        machine.Launch("mixed", new Dim3(1), new Dim3(32), result);
        Assert.Equal([.. Enumerable.Range(0, 32).Select(t => t + 100 + (t % 3) switch { 0 => 3000, 1 => 2000, _ => 1000 })],
            machine.View<int>(result, 32).ToArray());
    }

    [Fact]
    public void Parameters_AreReadByNameAndByIndex()
    {
        using Machine machine = Machine.OfFile("memory", Checked);
        PtxKernel kernel = machine.Module.FindKernel("parameters")!;
        ulong result = machine.New<int>(new int[128]);
        var bytes = new byte[kernel.ParameterBytes];
        MemoryMarshal.Write(bytes, result);
        for (int k = 0; k < 16; k++)
        {
            MemoryMarshal.Write(bytes.AsSpan(8 + (4 * k)), k * k);
        }

        bytes[72] = 200;
        MemoryMarshal.Write(bytes.AsSpan(74), (ushort)60000);
        KernelExecutor.Launch(machine.Loaded, kernel, new Dim3(1), new Dim3(32), 0, bytes, machine.Memory, machine.Options,
            new KernelCounters(), null, false);
        for (int t = 0; t < 32; t++)
        {
            Assert.Equal([(t & 15) * (t & 15), 4, 200, 60000], machine.View<int>(result, 128).Slice(t * 4, 4).ToArray());
        }
    }

    [Fact]
    public void Allocations_AreFoundByAnyAddressAndOverlapsRefused()
    {
        using var memory = new GlobalMemory(trackInitialised: true);
        ulong a = memory.Allocate(100, 512, "a");
        Assert.Equal(0ul, a % 512);
        Assert.True(memory.TryFind(a + 99, out AllocationInfo? found));
        Assert.Equal("a", found.Name);
        Assert.False(memory.TryFind(a + 100, out _));
        Assert.False(memory.TryFind(a - 1, out _));
        Assert.Throws<ArgumentException>(() => memory.Register(a + 50, 10));
        Assert.Throws<ArgumentException>(() => memory.Free(a + 4));
        Assert.False(memory.IsInitialised(a, 4));
        memory.MarkInitialised(a, 4);
        Assert.True(memory.IsInitialised(a, 4));
        Assert.False(memory.IsInitialised(a, 5));
        Assert.Equal(100, memory.AllocatedBytes);
        memory.Free(a);
        Assert.True(found.IsFreed);
        Assert.Equal(0, memory.AllocatedBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Allocate(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Allocate(8, 3));
    }
}
