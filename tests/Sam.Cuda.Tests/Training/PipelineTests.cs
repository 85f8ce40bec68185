using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;
using Sam.Tests;

namespace Sam.Cuda.Tests;

/// <summary>Steps that overlap with the host and with others: nothing waits that need not, and nothing is mixed up.</summary>
public sealed class PipelineTests
{
    private const int Batch = 7;

    // Work as late as a device may do it: two steps are in flight, and the second one's numbers depend on whether the first was skipped.
    [Fact]
    public void StepsInFlight_GiveTheBitsOfStepsOneByOne()
    {
        (string late, string[] lateResults) = Train(defers: true);
        (string early, string[] earlyResults) = Train(defers: false);
        Assert.Equal(earlyResults, lateResults);
        Assert.Equal(early, late);
    }

    // Examples written where the device's own copy reads them, the next batch while the step before is still in flight.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BatchesWrittenInPlace_GiveTheBitsOfOnesThatAreCopied(bool defers)
    {
        (string expected, string[] expectedResults) = Train(defers: false);
        (string weights, string[] results) = Train(defers, inPlace: true);
        Assert.Equal(expectedResults, results);
        Assert.Equal(expected, weights);
    }

    [Fact]
    public void NextInput_IsOfOneStepOnly()
    {
        using CudaSession session = new();
        using SmallMlp model = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f));
        (float[] x, int[] y) = Data(3);
        Assert.True(sam.NextInput(Batch) == sam.NextInput(Batch));
        for (int i = 0; i < 5; i++)
        {
            // What was written is of no account to a step on another batch.
            Span<float> unused = sam.NextInput(Batch - 1);
            unused.Fill(float.NaN);
            (x, y) = Data(3 + i);
            sam.Step(x, y);
            Assert.False(unused == sam.NextInput(Batch - 1));
        }

        Assert.Equal(Steps(session.Device, 3), HostCopies.Hash(model));
    }

    // The driver copies from pinned memory later, so that the call has to wait before the caller may write there again.
    [Fact]
    public unsafe void AnUploadFromPinnedMemory_HasReadItWhenItReturns()
    {
        using CudaSession session = new(new EmulatedCudaOptions { DefersWork = true });
        using DeviceMemory memory = session.Device.Allocate(16 * sizeof(float), "values");
        using SharedMemory shared = session.Device.AllocateShared(16 * sizeof(float), "pinned");
        Span<float> pinned = new((void*)shared.HostAddress, 16);
        pinned.Fill(1);
        session.Device.Upload<float>(pinned, memory.Pointer<float>());
        pinned.Fill(2);
        float[] values = new float[16];
        session.Device.Download(memory.Pointer<float>(), values.AsSpan());
        Assert.All(values, static value => Assert.Equal(1, value));
    }

    [Fact]
    public void AStepWaitsForNothing_AllocatesNothing_AndItsResultIsReadLate()
    {
        using CudaSession session = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using SmallMlp model = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Adam(0.01f), Perturbation.Sam(0.05f), new SamOptions { LearningRate = Schedule.Cosine(0.1f, 0, 100) });
        (float[] x, int[] y) = Data(1);
        for (int i = 0; i < 20; i++) sam.Step(x, y);
        long before = GC.GetAllocatedBytesForCurrentThread();
        StepResult result = default;
        for (int i = 0; i < 50; i++) result = sam.Step(x, y);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(float.IsFinite(result.Loss));
        Assert.Equal(70, sam.BaseOptimizer.UpdateCount);
    }

    [Fact]
    public void OldResults_SayThatTheyAreGone()
    {
        using CudaSession session = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using SmallMlp model = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Sgd(0.001f), Perturbation.None);
        (float[] x, int[] y) = Data(1);
        StepResult first = sam.Step(x, y), second = sam.Step(x, y);
        for (int i = 0; i < 1022; i++) sam.Step(x, y);
        Assert.True(float.IsFinite(second.Loss));
        for (int i = 0; i < 3; i++) sam.Step(x, y);
        Assert.Contains("1024", Assert.Throws<InvalidOperationException>(() => first.Loss).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoModelsAndTwoThreads_OnOneDevice_GiveTheBitsOfEachAlone()
    {
        string[] alone = [TrainOn(3), TrainOn(4)];
        using CudaSession session = new();
        string[] together = new string[2];
        Parallel.For(0, 2, i => together[i] = Steps(session.Device, (ulong)(3 + i)));
        Assert.Equal(alone, together);

        static string TrainOn(ulong seed)
        {
            using CudaSession own = new();
            return Steps(own.Device, seed);
        }
    }

    [Fact]
    public unsafe void AContextAndAStreamOfTheProgram_AreUsedAndLeftAlone()
    {
        using EmulatedCuda cuda = new();
        CudaDriverTable driver = cuda.Driver;
        CudaException.ThrowIfFailed(driver, driver.Init(0));
        CudaDevice handle;
        CudaException.ThrowIfFailed(driver, driver.DeviceGet(&handle, 0));
        CudaContext context;
        CudaException.ThrowIfFailed(driver, driver.ContextCreate(&context, 0, handle));
        CudaStream stream;
        CudaException.ThrowIfFailed(driver, driver.StreamCreate(&stream, CudaStreamFlags.NonBlocking));
        nint own;
        CudaException.ThrowIfFailed(driver, driver.MemoryAllocate(&own, 64));
        using (Device device = Device.Cuda(new CudaOptions
        {
            Driver = driver,
            Cublas = cuda.Cublas,
            Context = context,
            Stream = stream,
            CacheFolder = CudaSession.RunFolder,
        }))
        {
            Steps(device, 3);
        }

        // What is the program's own still works.
        CudaContext current;
        CudaException.ThrowIfFailed(driver, driver.ContextGetCurrent(&current));
        Assert.Equal(context, current);
        CudaException.ThrowIfFailed(driver, driver.MemsetD8Async(own, 1, 64, stream));
        CudaException.ThrowIfFailed(driver, driver.StreamSynchronize(stream));
        CudaException.ThrowIfFailed(driver, driver.MemoryFree(own));
        CudaException.ThrowIfFailed(driver, driver.StreamDestroy(stream));
        CudaException.ThrowIfFailed(driver, driver.ContextDestroy(context));
        cuda.ThrowIfAnyFinding();
    }

    [Fact]
    public void ABatchInTheDevicesMemory_GivesTheBitsOfOneOnTheHost()
    {
        using CudaSession session = new();
        string expected = Steps(session.Device, 3);
        using SmallMlp model = new(session.Device, Batch, 3);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f));
        using DeviceMemory memory = session.Device.Allocate((Batch * 20 * sizeof(float)) + (Batch * sizeof(int)), "batch");
        DevicePointer<float> input = memory.Pointer<float>();
        DevicePointer<int> labels = (input + (Batch * 20)).Cast<int>();
        for (int i = 0; i < 5; i++)
        {
            (float[] x, int[] y) = Data(3 + i);
            session.Device.Upload<float>(x, input);
            session.Device.Upload<int>(y, labels);
            sam.Step(input, labels, Batch);
        }

        Assert.Equal(expected, HostCopies.Hash(model));
        Assert.Throws<ArgumentException>(() => sam.Step(default, labels, Batch));
        Assert.Throws<ArgumentException>(() => sam.Step(input, labels, Batch + 1));
    }

    [Fact]
    public void WithoutNvrtc_ThePtxMadeAheadTrains()
    {
        using CudaSession session = new(new EmulatedCudaOptions());
        string compiled = Steps(session.Device, 5);
        using EmulatedCuda cuda = new();
        using Device device = Device.Cuda(new CudaOptions { Driver = cuda.Driver, Cublas = cuda.Cublas, IgnoreNvrtc = true, CacheFolder = "" });
        Assert.Equal(compiled, Steps(device, 5));
    }

    private static (string Weights, string[] Results) Train(bool defers, bool inPlace = false)
    {
        using CudaSession session = new(new EmulatedCudaOptions { DefersWork = defers });
        using SmallMlp model = new(session.Device, Batch, 3);
        SamOptions options = new() { LearningRate = Schedule.Cosine(0.05f, 0, 20) };
        using SamOptimizer sam = new(model, new AdamW(0.01f), Perturbation.Sam(0.05f), options);
        StepResult[] results = new StepResult[9];
        for (int i = 0; i < results.Length; i++)
        {
            (float[] x, int[] y) = Data(i);
            if (i is 4 or 6) x[5] = float.NaN;
            ReadOnlySpan<float> input = x;
            if (inPlace)
            {
                Span<float> place = sam.NextInput(Batch);
                x.CopyTo(place);
                input = place;
            }

            results[i] = sam.Step(input, y);
        }

        Assert.True(results[4].Skipped);
        Assert.True(results[6].Skipped);
        Assert.Equal(7, sam.BaseOptimizer.UpdateCount);
        return (HostCopies.Hash(model), [.. results.Select(result => result.ToString())]);
    }

    private static string Steps(Device device, ulong seed)
    {
        using SmallMlp model = new(device, Batch, seed);
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f));
        for (int i = 0; i < 5; i++)
        {
            (float[] x, int[] y) = Data((int)seed + i);
            sam.Step(x, y);
        }

        return HostCopies.Hash(model);
    }

    private static (float[] X, int[] Y) Data(int seed)
    {
        Random random = new(seed);
        float[] x = new float[Batch * 20];
        int[] y = new int[Batch];
        for (int i = 0; i < x.Length; i++) x[i] = (float)(random.NextDouble() - 0.5);
        for (int i = 0; i < y.Length; i++) y[i] = random.Next(5);
        return (x, y);
    }
}
