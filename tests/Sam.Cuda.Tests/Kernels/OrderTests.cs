using Sam.Emulator;
using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>No kernel's result depends on the order in which its blocks and warps run, those that the last block finishes included.</summary>
public sealed class OrderTests
{
    [Fact]
    public void EveryKernel_GivesTheSameMemoryInAnyOrder()
    {
        // Another order's memory that differs from the first one's is a finding, with which the session fails.
        EmulatedCudaOptions options = new()
        {
            CompareOrders = [ScheduleOrder.Random],
            OrderSeed = 3,
            Checks = CheckSet.None,
            Devices = [new EmulatedDeviceOptions { MemoryBytes = 1L << 30 }],
        };
        using CudaSession session = new(options);
        using (EveryKernel kernels = new(session)) kernels.Run(brief: true);
        Assert.Empty(session.Emulated!.Findings);
        Assert.All(DeviceSelfTest.Run(session.Device), static result => Assert.True(result.Passed, result.ToString()));
    }
}
