using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

/// <summary>Kernels with one planted mistake each: found as what it is, through the driver, and silent once it is mended.</summary>
public sealed unsafe class PlantedMistakeTests
{
    [Theory]
    [InlineData("x[i] = 2.0f * x[i];", DeviceFaultKind.OutOfBounds, CudaResult.IllegalAddress, "if (i < n) x[i] = 2.0f * x[i];")]
    [InlineData("*(float*)((char*)x + i + 1) = 1.0f;", DeviceFaultKind.Misaligned, CudaResult.MisalignedAddress, "if (i < n) x[i] = 1.0f;")]
    [InlineData(
        "if (i < n) x[i] = y[i];", DeviceFaultKind.Uninitialised, CudaResult.LaunchFailed, "if (i < n) { y[i] = 1.0f; x[i] = y[i]; }")]
    [InlineData(
        "s[i] = 0; __syncthreads(); s[i] = i; if (i < n) x[i] = s[(i + 1) % 64];", DeviceFaultKind.SharedRace, CudaResult.LaunchFailed,
        "s[i] = i; __syncthreads(); if (i < n) x[i] = s[(i + 1) % 64];")]
    [InlineData("if (i < 40) __syncthreads();", DeviceFaultKind.DivergentBarrier, CudaResult.LaunchFailed, "__syncthreads();")]
    [InlineData("if (i < 16) x[i] = __shfl_down_sync(0xffffu, (float)i, 16);", DeviceFaultKind.InactiveLane, CudaResult.LaunchFailed,
        "if (i < 16) x[i] = __shfl_down_sync(0xffffu, (float)i, 1, 16);")]
    [InlineData("if (i == 3) __trap();", DeviceFaultKind.Trap, CudaResult.LaunchFailed, "if (i == 99) __trap();")]
    public void AMistake_IsFoundAndItsCureIsSilent(string wrong, DeviceFaultKind kind, CudaResult code, string right)
    {
        foreach (string body in (string[])[wrong, right])
        {
            string source = $$"""
                extern "C" __global__ void k(float* x, float* y, int n)
                {
                    __shared__ float s[64];
                    int i = threadIdx.x;
                    {{body}}
                }
                """;
            TestNvrtc.Require();
            KernelRun run = new(source, withLines: true);
            TestDevice device = run.Device;
            nint x = device.Upload<float>(new float[50]), y = device.Allocate(200);
            device.Ok(run.TryLaunch("k", new LaunchShape(1, 64), x, y, 50));
            CudaResult result = device.Driver.ContextSynchronize();
            if (body == right)
            {
                Assert.Empty(device.Cuda.Findings);
                Assert.Equal(CudaResult.Success, result);
                device.Free(x, y);
                run.Dispose();
                continue;
            }

            Assert.Equal(code, result);
            Finding finding = Assert.Single(device.Cuda.Findings);
            Assert.Equal(kind, finding.Fault!.Kind);
            Assert.Equal("k", finding.Fault.Kernel);
            Assert.Equal(5, finding.Fault.SourceLine);
            device.Dispose();
        }
    }

    [Fact]
    public void AResultThatDependsOnTheOrder_IsFound()
    {
        const string source = """
            extern "C" __global__ void last_wins(int* x) { if (threadIdx.x == 0) atomicExch(x, (int)blockIdx.x); }
            extern "C" __global__ void any_order(int* x) { if (threadIdx.x == 0) atomicAdd(x, (int)blockIdx.x); }
            """;
        EmulatedCudaOptions options = new() { CompareOrders = [ScheduleOrder.Reverse, ScheduleOrder.Random] };
        TestNvrtc.Require();
        KernelRun run = new(source, options: options);
        TestDevice device = run.Device;
        nint x = device.Upload<int>([0]);
        run.Launch("any_order", new LaunchShape(5, 32), x);
        Assert.Equal(10, device.Download<int>(x, 1)[0]);
        Assert.Empty(device.Cuda.Findings);
        run.Launch("last_wins", new LaunchShape(5, 32), x);
        Assert.Equal(4, device.Download<int>(x, 1)[0]);
        Finding finding = Assert.Single(device.Cuda.Findings);
        Assert.Equal(FindingKind.OrderDependence, finding.Kind);
        Assert.Contains("Kernel last_wins", finding.Message, StringComparison.Ordinal);
        Assert.Contains("0x04 and 0x00", finding.Message, StringComparison.Ordinal);
        device.Free(x);
        device.Dispose();
    }
}
