using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class LaunchTests
{
    [Fact]
    public void AKernel_RunsOverItsArguments()
    {
        using TestDevice device = new();
        CudaFunction scale = device.Function(device.Module(TestKernels.Scale), "scale");
        nint x = device.Upload<float>([1f, 2f, 3f, 4f, 5f]);
        device.Launch(scale, 1, 32, x, TestDevice.Bits(2f), 4);
        Assert.Equal([2f, 4f, 6f, 8f, 5f], device.Download<float>(x, 5));
        device.Free(x);
        Assert.Empty(device.Cuda.Findings);
    }

    [Fact]
    public void EachLaunch_SeesItsOwnGrid()
    {
        const string Text = """
            .visible .entry blocks(.param .u64 x)
            {
                .reg .b32 %r<2>;
                .reg .b64 %rd<2>;
                ld.param.u64 %rd0, [x];
                mov.u32 %r0, %nctaid.x;
                st.global.u32 [%rd0], %r0;
                ret;
            }

            """;
        using TestDevice device = new();
        CudaFunction blocks = device.Function(device.Module(TestKernels.Header + Text), "blocks");
        nint x = device.Upload<int>([0]);
        foreach (int grid in (int[])[1, 3, 2])
        {
            device.Launch(blocks, grid, 32, x);
            Assert.Equal([grid], device.Download<int>(x, 1));
        }

        device.Free(x);
        Assert.Empty(device.Cuda.Findings);
    }

    [Fact]
    public void APackedBuffer_IsAsGoodAsPointers()
    {
        using TestDevice device = new();
        CudaFunction scale = device.Function(device.Module(TestKernels.Scale), "scale");
        nint x = device.Upload<float>([1f, 2f]);
        byte* buffer = stackalloc byte[16];
        *(nint*)buffer = x;
        *(float*)(buffer + 8) = 3f;
        *(int*)(buffer + 12) = 2;
        nuint size = 16;
        void** extra = stackalloc void*[] { (void*)1, buffer, (void*)2, &size, null };
        device.Ok(device.Driver.LaunchKernel(scale, 1, 1, 1, 32, 1, 1, 0, default, null, extra));
        Assert.Equal([3f, 6f], device.Download<float>(x, 2));
        size = 15;
        Assert.Equal(CudaResult.InvalidValue, device.Driver.LaunchKernel(scale, 1, 1, 1, 32, 1, 1, 0, default, null, extra));
        Assert.Contains("15 bytes", device.LastReason, StringComparison.Ordinal);
        Assert.Equal(CudaResult.InvalidValue, device.Driver.LaunchKernel(scale, 1, 1, 1, 32, 1, 1, 0, default, extra, extra));
        Assert.Equal(CudaResult.InvalidValue, device.Driver.LaunchKernel(scale, 1, 1, 1, 32, 1, 1, 0, default, null, null));
        device.Free(x);
    }

    [Theory]
    [InlineData(0, 1, 1, 1, 0, CudaResult.InvalidValue)]
    [InlineData(1, 65536, 1, 1, 0, CudaResult.InvalidValue)]
    [InlineData(1, 1, 0, 1, 0, CudaResult.InvalidValue)]
    [InlineData(1, 1, 1025, 1, 0, CudaResult.InvalidValue)]
    [InlineData(1, 1, 1, 65, 0, CudaResult.InvalidValue)]
    [InlineData(1, 1, 64, 32, 0, CudaResult.InvalidValue)]
    [InlineData(1, 1, 32, 1, 49153, CudaResult.InvalidValue)]
    [InlineData(1, 1, 32, 1, 49152, CudaResult.Success)]
    [InlineData(1, 1, 1024, 1, 0, CudaResult.Success)]
    public void Shapes_AreCheckedAsADriverDoes(uint gridX, uint gridY, uint blockX, uint blockZ, uint shared, CudaResult expected)
    {
        using TestDevice device = new();
        CudaFunction empty = device.Function(device.Module(TestKernels.Empty), "empty");
        Assert.Equal(expected, device.Driver.LaunchKernel(empty, gridX, gridY, 1, blockX, 1, blockZ, shared, default, null, null));
        device.Ok(device.Driver.ContextSynchronize());
    }

    [Fact]
    public void LaunchBoundsAndSharedMemory_LimitALaunch()
    {
        using TestDevice device = new();
        CudaFunction bounded = device.Function(device.Module(TestKernels.Bounded), "bounded");
        Assert.Equal(CudaResult.InvalidValue, device.TryLaunch(bounded, 1, 129, default));
        Assert.Contains("compiled for 128 threads", device.LastReason, StringComparison.Ordinal);
        Assert.Equal(CudaResult.InvalidValue, device.Driver.LaunchKernel(bounded, 1, 1, 1, 32, 1, 1, 40_000, default, null, null));
        Assert.Contains("cuFuncSetAttribute", device.LastReason, StringComparison.Ordinal);
        device.Ok(device.Driver.FunctionSetAttribute(bounded, CudaFunctionAttribute.MaxDynamicSharedSizeBytes, 40_000));
        Assert.Equal(CudaResult.Success, device.Driver.LaunchKernel(bounded, 1, 1, 1, 32, 1, 1, 40_000, default, null, null));
    }

    [Theory]
    [InlineData("", CudaResult.LaunchOutOfResources)]
    [InlineData(".maxntid 1024, 1, 1", CudaResult.Success)]
    public void LaunchBounds_BoundTheRegisters(string bounds, CudaResult expected)
    {
        const int Live = 100;
        string loads = string.Concat(Enumerable.Range(0, Live).Select(static i => $"ld.volatile.global.u32 %r{i}, [%rd0];\n"));
        string sums = string.Concat(Enumerable.Range(1, Live - 1).Select(static i => $"add.u32 %r0, %r0, %r{i};\n"));
        string text = $".visible .entry wide(.param .u64 x) {bounds}\n{{\n.reg .b32 %r<{Live}>;\n.reg .b64 %rd<1>;\n"
            + $"ld.param.u64 %rd0, [x];\n{loads}{sums}st.global.u32 [%rd0+4], %r0;\nret;\n}}\n";
        using TestDevice device = new();
        CudaFunction wide = device.Function(device.Module(TestKernels.Header + text), "wide");
        nint x = device.Upload<int>([1, 0]);
        Assert.Equal(CudaResult.Success, device.TryLaunch(wide, 1, 512, default, x));
        Assert.Equal(expected, device.TryLaunch(wide, 1, 1024, default, x));
        Assert.Equal([1, Live], device.Download<int>(x, 2));
        device.Free(x);
    }

    [Fact]
    public void ACooperativeLaunch_MustFitOnTheDevice()
    {
        using TestDevice device = new();
        CudaFunction bounded = device.Function(device.Module(TestKernels.Bounded), "bounded");
        Assert.Equal(CudaResult.Success, device.Driver.LaunchCooperativeKernel(bounded, 72, 1, 1, 128, 1, 1, 0, default, null));
        Assert.Equal(
            CudaResult.CooperativeLaunchTooLarge, device.Driver.LaunchCooperativeKernel(bounded, 73, 1, 1, 128, 1, 1, 0, default, null));
        Assert.Contains("72 fit", device.LastReason, StringComparison.Ordinal);
    }

    [Fact]
    public void AFault_IsReportedLateAndForEver()
    {
        EmulatedCuda cuda;
        using (TestDevice device = new())
        {
            cuda = device.Cuda;
            CudaFunction scale = device.Function(device.Module(TestKernels.Scale), "scale");
            nint x = device.Upload<float>([1f, 2f, 3f, 4f]);
            Assert.Equal(CudaResult.Success, device.TryLaunch(scale, 1, 32, default, x, TestDevice.Bits(2f), 5));
            Assert.Equal(CudaResult.IllegalAddress, device.Driver.ContextSynchronize());
            nint more;
            Assert.Equal(CudaResult.IllegalAddress, device.Driver.MemoryAllocate(&more, 4));
            Assert.Equal(CudaResult.IllegalAddress, device.Driver.MemoryFree(x));
            Assert.Equal(CudaResult.IllegalAddress, device.TryLaunch(scale, 1, 32, default, x, TestDevice.Bits(2f), 4));
            Finding finding = Assert.Single(cuda.Findings);
            Assert.Equal(DeviceFaultKind.OutOfBounds, finding.Fault!.Kind);
            Assert.Equal("scale", finding.Fault.Kernel);
            Assert.Equal(4, finding.Fault.Thread.X);
        }

        Assert.Single(cuda.Findings);
        Assert.Same(cuda.Findings[0].Fault, Assert.Throws<FindingException>(cuda.ThrowIfAnyFinding).InnerException);
    }

    [Fact]
    public void AnErrorThatNobodyReads_IsAFinding()
    {
        EmulatedCuda cuda;
        using (TestDevice device = new())
        {
            cuda = device.Cuda;
            CudaFunction scale = device.Function(device.Module(TestKernels.Scale), "scale");
            Assert.Equal(CudaResult.Success, device.TryLaunch(scale, 1, 32, default, 64, TestDevice.Bits(2f), 5));
        }

        Assert.Equal([FindingKind.Kernel, FindingKind.UnreadError], cuda.Findings.Select(finding => finding.Kind));
    }

    [Fact]
    public void ACapturedLaunch_KeepsItsArgumentsAndEqualsAPlainOne()
    {
        using TestDevice device = new();
        CudaFunction scale = device.Function(device.Module(TestKernels.Scale), "scale");
        nint x = device.Upload<float>([1f, 2f, 3f]), y = device.Upload<float>([1f, 2f, 3f]);
        CudaStream stream = device.Stream();
        device.Ok(device.Driver.StreamBeginCapture(stream, CudaCaptureMode.Global));
        device.Ok(device.TryLaunch(scale, 1, 32, stream, x, TestDevice.Bits(1.1f), 3));
        device.Ok(device.TryLaunch(scale, 1, 32, stream, x, TestDevice.Bits(0.3f), 2));
        CudaGraph graph;
        device.Ok(device.Driver.StreamEndCapture(stream, &graph));
        CudaGraphExec exec;
        device.Ok(device.Driver.GraphInstantiate(&exec, graph, 0));
        Assert.Equal(0, device.Cuda.Ledger.KernelRuns);
        for (int i = 0; i < 3; i++)
        {
            device.Ok(device.Driver.GraphLaunch(exec, stream));
            device.Launch(scale, 1, 32, y, TestDevice.Bits(1.1f), 3);
            device.Launch(scale, 1, 32, y, TestDevice.Bits(0.3f), 2);
        }

        Assert.Equal(device.Download<float>(y, 3), device.Download<float>(x, 3));
        Assert.Equal((3, 6, 12), (device.Cuda.Ledger.GraphLaunches, device.Cuda.Ledger.Launches, device.Cuda.Ledger.KernelRuns));
        Assert.Equal([6, 6], device.Cuda.Ledger.Streams.Select(row => row.Counters.Launches));
        device.Ok(device.Driver.GraphDestroy(graph));
        device.Ok(device.Driver.GraphExecDestroy(exec));
        device.Ok(device.Driver.StreamDestroy(stream));
        device.Free(x, y);
    }

    [Fact]
    public void CountersOfAKernel_EqualThoseCountedByHand()
    {
        using TestDevice device = new();
        CudaFunction scale = device.Function(device.Module(TestKernels.Scale), "scale");
        nint x = device.Upload<float>(new float[100]);
        device.Launch(scale, 2, 64, x, TestDevice.Bits(2f), 100);
        LedgerRow row = Assert.Single(device.Cuda.Ledger.Kernels);

        // 100 floats in 4 warps: 3 whole warps of 4 sectors each and 4 lanes of one more. 10 instructions of every lane up to the
        // branch and at the label (13 written, of which the branch takes 6 away), 6 more of those inside.
        Assert.Equal("scale", row.Name);
        Assert.Equal((1, 2), (row.Counters.Launches, row.Counters.Blocks));
        Assert.Equal((400, 400), (row.Counters.GlobalLoadBytes, row.Counters.GlobalStoreBytes));
        Assert.Equal((13, 13), (row.Counters.GlobalLoadSectors, row.Counters.GlobalStoreSectors));
        Assert.Equal((4, 4), (row.Counters.GlobalLoads, row.Counters.GlobalStores));
        Assert.Equal(1, row.Counters.DivergentBranches);
        device.Free(x);
    }

    [Fact]
    public void LaunchingAnEmptyKernel_AllocatesNothing()
    {
        using TestDevice device = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        CudaFunction empty = device.Function(device.Module(TestKernels.Empty), "empty");
        for (int i = 0; i < 20; i++) device.Launch(empty, 1, 32);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) device.Driver.LaunchKernel(empty, 1, 1, 1, 32, 1, 1, 0, default, null, null);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void HostFunctions_RunInTheOrderOfTheStream()
    {
        using TestDevice device = new();
        int* seen = stackalloc int[1];
        *seen = 0;
        device.Ok(device.Driver.LaunchHostFunction(default, &Increment, seen));
        Assert.Equal(1, *seen);
        CudaStream stream = device.Stream();
        device.Ok(device.Driver.StreamBeginCapture(stream, CudaCaptureMode.Global));
        device.Ok(device.Driver.LaunchHostFunction(stream, &Increment, seen));
        CudaGraph graph;
        device.Ok(device.Driver.StreamEndCapture(stream, &graph));
        CudaGraphExec exec;
        device.Ok(device.Driver.GraphInstantiate(&exec, graph, 0));
        Assert.Equal(1, *seen);
        device.Ok(device.Driver.GraphLaunch(exec, stream));
        Assert.Equal(2, *seen);
        device.Ok(device.Driver.GraphDestroy(graph));
        device.Ok(device.Driver.GraphExecDestroy(exec));
        device.Ok(device.Driver.StreamDestroy(stream));
    }

    [System.Runtime.InteropServices.UnmanagedCallersOnly]
    private static void Increment(void* counter) => ++*(int*)counter;
}
