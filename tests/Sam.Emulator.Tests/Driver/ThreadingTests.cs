using Sam.Native.Cuda;

namespace Sam.Emulator.Tests;

public sealed unsafe class ThreadingTests
{
    [Fact]
    public void SeveralThreads_ShareADevice()
    {
        using TestDevice device = new();
        CudaFunction scale = device.Function(device.Module(TestKernels.Scale), "scale");
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(1, 4).Select(number => new Thread(() =>
        {
            try
            {
                device.Ok(device.Driver.ContextSetCurrent(device.Context));
                CudaStream stream = device.Stream();
                for (int i = 0; i < 25; i++)
                {
                    nint x = device.Upload<float>([number, 2 * number]);
                    device.Ok(device.TryLaunch(scale, 1, 32, stream, x, TestDevice.Bits(3f), 2));
                    device.Ok(device.Driver.StreamSynchronize(stream));
                    Assert.Equal([3f * number, 6f * number], device.Download<float>(x, 2));
                    device.Free(x);
                }

                device.Ok(device.Driver.StreamDestroy(stream));
            }
            catch (Exception error)
            {
                failure = error;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Null(failure);
        Assert.Equal(100, device.Cuda.Ledger.KernelRuns);
        Assert.Empty(device.Cuda.Findings);
    }

    [Fact]
    public void ACallThatCouldBeForSeveralInstances_IsRefusedAndFound()
    {
        using EmulatedCuda first = new(), second = new();
        CudaResult result = CudaResult.Success;
        using (ExecutionContext.SuppressFlow())
        {
            Thread thread = new(() =>
            {
                int count;
                result = first.Driver.DeviceGetCount(&count);
            });
            thread.Start();
            thread.Join();
        }

        Assert.Equal(CudaResult.NotInitialized, result);
        Finding finding = Assert.Single(first.Findings, finding => finding.Kind == FindingKind.NoInstance);
        Assert.Contains("MakeCurrent()", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RandomCallsWithRandomArguments_NeverCrash()
    {
        Random random = new(11);
        using TestDevice device = new(new EmulatedCudaOptions { Devices = [new EmulatedDeviceOptions { MemoryBytes = 1 << 20 }] });
        CudaDriverTable driver = device.Driver;
        List<nint> handles =
            [0, 1, 2, 3, -1, device.Stream().Value, device.Event().Value, device.Allocate(64), device.Module(TestKernels.Empty).Value];
        nint output;
        nuint size;
        for (int i = 0; i < 20_000; i++)
        {
            nint a = handles[random.Next(handles.Count)], b = handles[random.Next(handles.Count)];
            nuint count = random.Next(4) switch { 0 => 0, 1 => (nuint)random.Next(200), 2 => nuint.MaxValue, _ => 1 << 19 };
            output = 0;
            CudaResult result = random.Next(22) switch
            {
                0 => driver.MemoryAllocate(&output, count),
                1 => driver.MemoryFree(a),
                2 => driver.StreamCreate((CudaStream*)&output, (CudaStreamFlags)random.Next(3)),
                3 => driver.StreamDestroy(new CudaStream(a)),
                4 => driver.StreamBeginCapture(new CudaStream(a), (CudaCaptureMode)random.Next(4)),
                5 => driver.StreamEndCapture(new CudaStream(a), (CudaGraph*)&output),
                6 => driver.EventCreate((CudaEvent*)&output, (CudaEventFlags)random.Next(9)),
                7 => driver.EventRecord(new CudaEvent(a), new CudaStream(b)),
                8 => driver.StreamWaitEvent(new CudaStream(a), new CudaEvent(b), 0),
                9 => driver.MemsetD32Async(a, 1, count, new CudaStream(b)),
                10 => driver.CopyDeviceToDeviceAsync(a, b, count, new CudaStream(handles[random.Next(handles.Count)])),
                11 => driver.GraphInstantiate((CudaGraphExec*)&output, new CudaGraph(a), 0),
                12 => driver.GraphLaunch(new CudaGraphExec(a), new CudaStream(b)),
                13 => driver.GraphDestroy(new CudaGraph(a)),
                14 => driver.GraphExecDestroy(new CudaGraphExec(a)),
                15 => driver.GraphExecUpdate(new CudaGraphExec(a), new CudaGraph(b), null),
                16 => driver.EventDestroy(new CudaEvent(a)),
                17 => driver.StreamSynchronize(new CudaStream(a)),
                18 => driver.MemoryAllocateAsync(&output, count, new CudaStream(a)),
                19 => driver.MemoryFreeAsync(a, new CudaStream(b)),
                20 => driver.MemoryGetAddressRange(&output, &size, a),
                _ => driver.LaunchKernel(new CudaFunction(a), 1, 1, 1, 1, 1, 1, 0, new CudaStream(b), null, null),
            };
            if (result == CudaResult.Success && output != 0 && handles.Count < 200) handles.Add(output);
        }

        Assert.DoesNotContain(device.Cuda.Findings, finding => finding.Kind == FindingKind.Internal);
    }
}
