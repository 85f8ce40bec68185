using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;
using Sam.Tests;

namespace Sam.Cuda.Tests;

/// <summary>Programs that use the driver themselves: their context stays current, their stream orders the work, their memory is read.</summary>
public sealed unsafe class ForeignContextTests
{
    private const int Batch = 4;
    private static readonly float[] s_input = [.. Enumerable.Range(0, Batch * 20).Select(static i => (float)Math.Sin(i))];
    private static readonly int[] s_labels = [0, 4, 2, 1];

    [Fact]
    public void TheProgramsContextStaysCurrent_OnEveryThread()
    {
        using EmulatedCuda cuda = new();
        CudaContext own = MakeContext(cuda, ordinal: 0);
        using (Device device = Device.Cuda(Options(cuda)))
        {
            AssertCurrent(cuda, own);
            using SmallMlp model = new(device, Batch, 3);
            AssertCurrent(cuda, own);
            using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
            AssertCurrent(cuda, own);
            Use(cuda, own, device, model, sam);
            Exception? failure = null;
            Thread other = new(() => failure = Record.Exception(() => Use(cuda, default, device, model, sam)));
            other.Start();
            other.Join();
            Assert.Null(failure);
            Assert.Throws<ArgumentException>(() => sam.Step(s_input, [0, 1, 2, 99]));
            AssertCurrent(cuda, own);
        }

        AssertCurrent(cuda, own);
        Check(cuda, cuda.Driver.ContextDestroy(own));
        cuda.ThrowIfAnyFinding();
    }

    [Fact]
    public void AFailureLeavesTheProgramsContextCurrent()
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { ReportLeaks = false });
        CudaContext own = MakeContext(cuda, ordinal: 0);
        Device device = Device.Cuda(Options(cuda));
        using SmallMlp model = new(device, Batch, 3);
        foreach (string function in (string[])["cuCtxPushCurrent_v2", "cuMemcpyHtoDAsync_v2", "cuLaunchKernel"])
        {
            cuda.Faults.FailCall(function, 1, CudaResult.NotSupported);
            Assert.Throws<CudaException>(() => model.Forward(s_input));
            AssertCurrent(cuda, own);
        }

        // Both tries to make the context current fail while things are given back: what is popped must not be the program's.
        cuda.Faults.FailCall("cuCtxPushCurrent_v2", 1, CudaResult.NotSupported);
        cuda.Faults.FailCall("cuCtxPushCurrent_v2", 2, CudaResult.NotSupported);
        model.Dispose();
        AssertCurrent(cuda, own);
        device.Dispose();
        AssertCurrent(cuda, own);
    }

    [Fact]
    public void AContextBringsItsDevice()
    {
        EmulatedDeviceOptions first = new() { ComputeCapability = new Version(8, 0) }, second = new() { ComputeCapability = new Version(9, 0), MultiprocessorCount = 5 };
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { Devices = [first, second] });
        CudaContext context = MakeContext(cuda, ordinal: 1);
        CudaContext popped;
        Check(cuda, cuda.Driver.ContextPop(&popped));
        using (Device device = Device.Cuda(Options(cuda) with { Context = context }))
        {
            Assert.Contains("compute capability 9.0, 5 multiprocessors", device.Name, StringComparison.Ordinal);
            using SmallMlp model = new(device, Batch, 3);
            using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
            Assert.True(float.IsFinite(sam.Step(s_input, s_labels).Loss));
        }

        AssertCurrent(cuda, default);
        cuda.Faults.FailCall("cuCtxGetDevice", 1, CudaResult.NotSupported);
        Assert.Equal("cuCtxGetDevice", Assert.Throws<CudaException>(() => Device.Cuda(Options(cuda) with { Context = context })).Call);
        AssertCurrent(cuda, default);
        Check(cuda, cuda.Driver.ContextDestroy(context));
        cuda.ThrowIfAnyFinding();
    }

    // The program fills the batch by a copy in its stream, and takes the weights by another behind the step; nothing waits in between.
    [Fact]
    public void TheProgramsStreamOrdersTheWork()
    {
        string expected;
        float[] bias = new float[33];
        using (CudaSession session = new(new EmulatedCudaOptions()))
        {
            using SmallMlp model = new(session.Device, Batch, 3);
            using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
            for (int i = 0; i < 5; i++) sam.Step(Batches(i), s_labels);
            expected = HostCopies.Hash(model);
            model.Fc1.Bias.Read(bias);
        }

        using EmulatedCuda cuda = new(new EmulatedCudaOptions { DefersWork = true });
        CudaDriverTable driver = cuda.Driver;
        CudaContext context = MakeContext(cuda, ordinal: 0);
        CudaStream stream;
        Check(cuda, driver.StreamCreate(&stream, CudaStreamFlags.NonBlocking));
        nint memory, taken;
        void* pinned;
        int inputBytes = s_input.Length * sizeof(float), labelBytes = s_labels.Length * sizeof(int);
        Check(cuda, driver.MemoryAllocate(&memory, (nuint)(inputBytes + labelBytes)));
        Check(cuda, driver.MemoryAllocate(&taken, (nuint)(bias.Length * sizeof(float))));
        Check(cuda, driver.MemoryAllocateHost(&pinned, (nuint)(5 * inputBytes), CudaHostAllocFlags.Portable));
        fixed (int* labels = s_labels) Check(cuda, driver.CopyHostToDevice(memory + inputBytes, labels, (nuint)labelBytes));
        using (Device device = Device.Cuda(Options(cuda) with { Context = context, Stream = stream }))
        {
            using SmallMlp model = new(device, Batch, 3);
            using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
            for (int i = 0; i < 5; i++)
            {
                float* from = (float*)pinned + (i * s_input.Length);
                Batches(i).CopyTo(new Span<float>(from, s_input.Length));
                Check(cuda, driver.CopyHostToDeviceAsync(memory, from, (nuint)inputBytes, stream));
                sam.Step(new DevicePointer<float>(memory), new DevicePointer<int>(memory + inputBytes), Batch);
            }

            Check(cuda, driver.CopyDeviceToDeviceAsync(taken, model.Fc1.Bias.Pointer.Address, (nuint)(bias.Length * sizeof(float)), stream));
            float[] seen = new float[bias.Length];
            Check(cuda, driver.StreamSynchronize(stream));
            fixed (float* to = seen) Check(cuda, driver.CopyDeviceToHost(to, taken, (nuint)(bias.Length * sizeof(float))));
            Assert.Equal(bias, seen);
            Assert.Equal(expected, HostCopies.Hash(model));
        }

        Check(cuda, driver.MemoryFree(memory));
        Check(cuda, driver.MemoryFree(taken));
        Check(cuda, driver.MemoryFreeHost(pinned));
        Check(cuda, driver.StreamDestroy(stream));
        Check(cuda, driver.ContextDestroy(context));
        cuda.ThrowIfAnyFinding();
    }

    private static void Use(EmulatedCuda cuda, CudaContext own, Device device, SmallMlp model, SamOptimizer sam)
    {
        string file = Path.Combine(CudaSession.RunFolder, $"{Guid.NewGuid():N}.safetensors");
        StepResult result = default;
        Action[] calls =
        [
            () => result = sam.Step(s_input, s_labels),
            () => result = sam.Step(s_input, s_labels),
            () => result = sam.Step(s_input, s_labels),
            () => _ = result.Loss,
            () => model.Forward(s_input),
            () => model.Backward(Loss.CrossEntropy(s_labels)),
            () => model.Predict(s_input),
            () => _ = sam.LossScale,
            () => _ = sam.BaseOptimizer.UpdateCount,
            () => model.Fc1.Weight.Read(new float[model.Fc1.Weight.Count]),
            () => sam.Save(file),
            () => sam.Load(file),
            () => model.Save(file),
            () => model.Load(file),
            device.Synchronize,
            () => device.Allocate(64, "a block").Dispose(),
        ];
        foreach (Action call in calls)
        {
            call();
            AssertCurrent(cuda, own);
        }

        File.Delete(file);
    }

    private static float[] Batches(int step) => [.. s_input.Select(x => x * (1 + step))];

    private static CudaContext MakeContext(EmulatedCuda cuda, int ordinal)
    {
        Check(cuda, cuda.Driver.Init(0));
        CudaDevice handle;
        Check(cuda, cuda.Driver.DeviceGet(&handle, ordinal));
        CudaContext context;
        Check(cuda, cuda.Driver.ContextCreate(&context, 0, handle));
        return context;
    }

    private static void AssertCurrent(EmulatedCuda cuda, CudaContext expected)
    {
        CudaContext current;
        Check(cuda, cuda.Driver.ContextGetCurrent(&current));
        Assert.Equal(expected, current);
    }

    private static void Check(EmulatedCuda cuda, CudaResult result) => CudaException.ThrowIfFailed(cuda.Driver, result);

    private static CudaOptions Options(EmulatedCuda cuda) => new() { Driver = cuda.Driver, Cublas = cuda.Cublas, CacheFolder = CudaSession.RunFolder };
}
