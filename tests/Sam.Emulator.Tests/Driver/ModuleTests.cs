using System.Text;
using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class ModuleTests
{
    [Fact]
    public void MachineCode_IsRefusedWithTheReason()
    {
        using TestDevice device = new();
        Assert.Equal(CudaResult.NoBinaryForGpu, device.TryLoad([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0]));
        Assert.Contains("cubin", device.LastReason, StringComparison.Ordinal);
        Assert.Equal(CudaResult.NoBinaryForGpu, device.TryLoad([0x50, 0xED, 0x55, 0xBA, 1, 0, 0, 0]));
        Assert.Contains("fat binary", device.LastReason, StringComparison.Ordinal);
        Assert.Equal(CudaResult.InvalidImage, device.TryLoad("nonsense\0"u8));
        Assert.Equal(CudaResult.InvalidImage, device.TryLoad("\0"u8));
    }

    [Fact]
    public void AMistakeInThePtx_IsInTheLog()
    {
        using TestDevice device = new();
        byte[] log = new byte[256];
        CudaModule module;
        string ptx = TestKernels.Header + ".visible .entry k()\n{\n    .reg .b32 %r<2>;\n    frobnicate.u32 %r1;\n    ret;\n}\n\0";
        fixed (byte* text = log, image = Encoding.UTF8.GetBytes(ptx))
        {
            CudaJitOption* options = stackalloc CudaJitOption[] { CudaJitOption.ErrorLogBuffer, CudaJitOption.ErrorLogBufferSizeBytes };
            void** values = stackalloc void*[] { text, (void*)256 };
            Assert.Equal(CudaResult.InvalidPtx, device.Driver.ModuleLoadDataEx(&module, image, 2, options, values));
            Assert.Contains("line 7", Encoding.UTF8.GetString(log, 0, (int)(nint)values[1]), StringComparison.Ordinal);
        }

        Assert.Contains("frobnicate", device.LastReason, StringComparison.Ordinal);
    }

    [Fact]
    public void PtxForANewerDevice_IsRefused()
    {
        using TestDevice device = new();
        byte[] ptx = Encoding.UTF8.GetBytes(TestKernels.Empty.Replace("sm_60", "sm_90", StringComparison.Ordinal) + "\0");
        Assert.Equal(CudaResult.NoBinaryForGpu, device.TryLoad(ptx));
        Assert.Contains("sm_90", device.LastReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernels_AreFoundByName()
    {
        using TestDevice device = new();
        CudaModule module = device.Module(TestKernels.Empty), owner;
        CudaFunction function = device.Function(module, "empty"), again = device.Function(module, "empty"), none;
        Assert.Equal(function, again);
        device.Ok(device.Driver.FunctionGetModule(&owner, function));
        Assert.Equal(module, owner);
        fixed (byte* name = "missing\0"u8) Assert.Equal(CudaResult.NotFound, device.Driver.ModuleGetFunction(&none, module, name));
        Assert.Contains("it has empty", device.LastReason, StringComparison.Ordinal);
        device.Ok(device.Driver.ModuleUnload(module));
        Assert.Equal(CudaResult.InvalidHandle, device.Driver.ModuleUnload(module));
        Assert.Equal(CudaResult.InvalidHandle, device.TryLaunch(function, 1, 1, default));
    }

    [Fact]
    public void Variables_AreReachedByNameAndKeepTheirValues()
    {
        using TestDevice device = new();
        CudaModule module = device.Module(TestKernels.Globals);
        nint counter, step;
        nuint size;
        fixed (byte* name = "counter\0"u8) device.Ok(device.Driver.ModuleGetGlobal(&counter, &size, module, name));
        fixed (byte* name = "step\0"u8) device.Ok(device.Driver.ModuleGetGlobal(&step, null, module, name));
        Assert.Equal((nuint)4, size);
        Assert.Equal(5, device.Download<int>(counter, 1)[0]);
        device.Ok(device.Driver.MemsetD32(step, 3, 1));
        CudaFunction bump = device.Function(module, "bump");
        device.Launch(bump, 1, 1);
        device.Launch(bump, 1, 1);
        Assert.Equal(11, device.Download<int>(counter, 1)[0]);
        fixed (byte* name = "none\0"u8) Assert.Equal(CudaResult.NotFound, device.Driver.ModuleGetGlobal(&counter, &size, module, name));
        device.Ok(device.Driver.ModuleUnload(module));
        int value;
        Assert.Equal(CudaResult.InvalidValue, device.Driver.CopyDeviceToHost(&value, step, 4));
    }

    [Fact]
    public void Attributes_SayWhatTheKernelNeeds()
    {
        using TestDevice device = new();
        CudaFunction bounded = device.Function(device.Module(TestKernels.Bounded), "bounded");
        Assert.Equal(128, Attribute(CudaFunctionAttribute.MaxThreadsPerBlock));
        Assert.Equal(16384, Attribute(CudaFunctionAttribute.SharedSizeBytes));
        Assert.Equal(60, Attribute(CudaFunctionAttribute.PtxVersion));
        Assert.Equal(80, Attribute(CudaFunctionAttribute.BinaryVersion));
        Assert.Equal((48 * 1024) - 16384, Attribute(CudaFunctionAttribute.MaxDynamicSharedSizeBytes));
        Assert.InRange(Attribute(CudaFunctionAttribute.RegisterCount), 1, 255);
        device.Ok(device.Driver.FunctionSetAttribute(bounded, CudaFunctionAttribute.MaxDynamicSharedSizeBytes, 100_000));
        Assert.Equal(100_000, Attribute(CudaFunctionAttribute.MaxDynamicSharedSizeBytes));
        Assert.Equal(
            CudaResult.InvalidValue,
            device.Driver.FunctionSetAttribute(bounded, CudaFunctionAttribute.MaxDynamicSharedSizeBytes, 163 * 1024));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.FunctionSetAttribute(bounded, CudaFunctionAttribute.RegisterCount, 10));

        int blocks, grid, block;
        device.Ok(device.Driver.OccupancyMaxActiveBlocks(&blocks, bounded, 128, 0));
        Assert.Equal(9, blocks);
        device.Ok(device.Driver.OccupancyMaxPotentialBlockSize(&grid, &block, bounded, null, 0, 0));
        Assert.Equal((9 * 8, 128), (grid, block));

        int Attribute(CudaFunctionAttribute attribute)
        {
            int value;
            device.Ok(device.Driver.FunctionGetAttribute(&value, attribute, bounded));
            return value;
        }
    }
}
