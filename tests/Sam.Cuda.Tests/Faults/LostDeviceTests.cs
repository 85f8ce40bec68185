using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>A device that is lost, at any time: every later call says so, and everything can still be disposed of, in any order.</summary>
public sealed class LostDeviceTests
{
    private const int Batch = 4;
    private static readonly float[] s_input = [.. Enumerable.Range(0, Batch * 20).Select(static i => (float)Math.Sin(i))];
    private static readonly int[] s_labels = [0, 4, 2, 1];

    public static TheoryData<int, string> Cases()
    {
        TheoryData<int, string> cases = [];
        foreach (int steps in (int[])[0, 1, 2, 4])
        {
            foreach (string order in (string[])["smd", "sdm", "msd", "mds", "dsm", "dms"]) cases.Add(steps, order);
        }

        return cases;
    }

    // s, m, d: the optimizer, the model, the device.
    [Theory]
    [MemberData(nameof(Cases))]
    public void EverythingCanBeDisposedOf(int steps, string order)
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false, DefersWork = true });
        Device device = Open(cuda);
        SmallMlp model = new(device, Batch, 3);
        SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
        StepResult result = default;
        for (int i = 0; i < steps; i++) result = sam.Step(s_input, s_labels);
        cuda.Faults.HangLaunch(1, TimeSpan.Zero);
        Assert.Throws<CudaException>(() => sam.Step(s_input, s_labels).Loss);
        foreach (Action later in (Action[])
            [() => sam.Step(s_input, s_labels), () => model.Forward(s_input), () => model.Predict(s_input), device.Synchronize, () => sam.Save("never")])
        {
            CudaException error = Assert.Throws<CudaException>(later);
            Assert.True(error.Code is (int)CudaResult.LaunchTimeout or (int)CublasStatus.ExecutionFailed, error.Message);
            Assert.True(error.MayBeOlder, error.Message);
        }

        if (steps > 0) _ = Record.Exception(() => result.Loss);
        foreach (char which in order)
        {
            IDisposable one = which switch { 's' => sam, 'm' => model, _ => device };
            one.Dispose();
            one.Dispose();
        }

        Assert.Throws<ObjectDisposedException>(() => sam.Step(s_input, s_labels));
        Assert.Throws<ObjectDisposedException>(() => model.Forward(s_input));
        Assert.Throws<ObjectDisposedException>(device.Synchronize);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void OfADeviceThatWorks_EverythingIsGivenBackInAnyOrder(int steps, string order)
    {
        EmulatedCuda cuda = new(new EmulatedCudaOptions { DefersWork = true });
        Device device = Open(cuda);
        SmallMlp model = new(device, Batch, 3);
        SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
        for (int i = 0; i < steps; i++) sam.Step(s_input, s_labels);
        foreach (char which in order) (which switch { 's' => (IDisposable)sam, 'm' => model, _ => device }).Dispose();

        // Asked where ordinary memory lies, a driver answers that it knows of none there.
        Assert.DoesNotContain(cuda.Refusals, static refusal => refusal.Function != "cuPointerGetAttribute");
        cuda.Dispose();
        cuda.ThrowIfAnyFinding();
    }

    [Theory]
    [InlineData("smd")]
    [InlineData("dms")]
    public void BetweenTheHalvesOfAStep_EverythingCanBeDisposedOf(string order)
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false });
        Device device = Open(cuda);
        SmallMlp model = new(device, Batch, 3);
        SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
        model.Forward(s_input);
        model.Backward(Loss.CrossEntropy(s_labels));
        sam.FirstStep();
        cuda.Faults.HangLaunch(1, TimeSpan.Zero);
        Assert.Throws<CudaException>(() =>
        {
            model.Forward(s_input);
            device.Synchronize();
        });
        foreach (char which in order) (which switch { 's' => (IDisposable)sam, 'm' => model, _ => device }).Dispose();
    }

    private static Device Open(EmulatedCuda cuda) =>
        Device.Cuda(new CudaOptions { Driver = cuda.Driver, Cublas = cuda.Cublas, CacheFolder = CudaSession.RunFolder });
}
