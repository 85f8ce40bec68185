using Sam.Emulator;
using Sam.Native;
using Sam.Native.Cuda;
using Sam.Tests;

namespace Sam.Cuda.Tests;

/// <summary>Every call of the driver and of cuBLAS fails in turn: the exception says which one, nothing is left behind, and the weights are
/// either the old or the new ones.</summary>
public sealed class FaultTests
{
    private const int Batch = 4;
    private const int Steps = 4;
    private static readonly float[] s_input = [.. Enumerable.Range(0, Batch * 20).Select(static i => (float)Math.Sin(i))];
    private static readonly int[] s_labels = [0, 4, 2, 1];

    [Fact]
    public void EveryDriverCall_MayFail()
    {
        List<string> trajectory = [];
        Run(null, trajectory);
        int failed = 0;
        for (int call = 1; ; call += Stride(call))
        {
            int number = call;
            Exception? error = Run(faults => faults.FailCall(EmulatedFaults.AnyFunction, number, CudaResult.InvalidValue), [.. trajectory]);
            if (error is null) break;
            // A library on top of the driver answers with a code of its own.
            Assert.True(error is CudaException or InvalidOperationException, $"call {call}: {error}");
            failed++;
        }

        Assert.True(failed > 40, $"only {failed} calls could fail");
    }

    [Theory]
    [InlineData("cublasSgemm_v2")]
    [InlineData("cublasCreate_v2")]
    [InlineData("cublasSetStream_v2")]
    [InlineData("cublasSetWorkspace_v2")]
    public void EveryCublasCall_MayFail(string function)
    {
        List<string> trajectory = [];
        Run(null, trajectory);
        Exception? error = Run(faults => faults.FailCall(function, 1, CublasStatus.InvalidValue), trajectory);
        Assert.IsType<CudaException>(error);
        Assert.StartsWith("cublas", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryThatRunsOut_IsNamedWithTheBatchThatFits()
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { Checks = CheckSet.None });
        using Device device = Open(cuda);
        cuda.Faults.MemoryLimitBytes = device.AllocatedBytes + (1 << 20);
        OutOfMemoryException error = Assert.Throws<OutOfMemoryException>(() => new SmallMlp(device, 100_000));
        Assert.Contains("SmallMlp with a batch of 100000 does not fit", error.Message, StringComparison.Ordinal);
        Assert.Contains("for activations", error.Message, StringComparison.Ordinal);
        Assert.Contains("A batch of ", error.Message, StringComparison.Ordinal);
        using SmallMlp small = new(device, 4);
        Assert.NotEmpty(small.Predict(s_input));
    }

    [Fact]
    public void ALostDevice_IsReportedAndCanBeDisposed()
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { Checks = CheckSet.None, ReportLeaks = false });
        using (Device device = Open(cuda))
        {
            using SmallMlp model = new(device, Batch, 3);
            using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.05f));
            for (int i = 0; i < 3; i++) sam.Step(s_input, s_labels);
            cuda.Faults.HangLaunch(1, TimeSpan.FromMilliseconds(50));
            CudaException error = Assert.Throws<CudaException>(() =>
            {
                StepResult result = sam.Step(s_input, s_labels);
                _ = result.Loss;
            });
            Assert.True(error.MayBeOlder, error.Message);
            Assert.Throws<CudaException>(() => sam.Step(s_input, s_labels));
        }
    }

    // Set-up has the most different calls; of the steps' launches, which are alike, every eleventh is enough.
    private static int Stride(int call) => call < 60 ? 1 : 11;

    // Returns what went wrong; a step that failed must have left the weights of one of the steps.
    private static Exception? Run(Action<EmulatedFaults>? plan, List<string> trajectory)
    {
        using EmulatedCuda cuda = new(new EmulatedCudaOptions { Checks = CheckSet.Uninitialised });
        bool records = trajectory.Count == 0;
        plan?.Invoke(cuda.Faults);
        Exception? error = null;
        try
        {
            using Device device = Open(cuda);
            using SmallMlp model = new(device, Batch, 3);
            using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.05f));
            if (records) trajectory.Add(HostCopies.Hash(model));
            for (int step = 0; step < Steps; step++)
            {
                try
                {
                    sam.Step(s_input, s_labels);
                }
                catch (CudaException e)
                {
                    error = e;
                    cuda.Faults.Clear();
                    Assert.Contains(HostCopies.Hash(model), trajectory);
                    break;
                }

                if (records) trajectory.Add(HostCopies.Hash(model));
            }
        }
        catch (Exception e) when (e is CudaException or InvalidOperationException)
        {
            error ??= e;
        }

        bool pending = cuda.Faults.PendingCount > 0;
        cuda.Faults.Clear();
        cuda.Dispose();

        // Where the call that gives something back is the one that fails, it stays.
        Finding[] findings = [.. cuda.Findings.Where(finding => error is not null || finding.Kind != FindingKind.Leak)];
        Assert.True(findings.Length == 0, $"{error?.Message}\n{string.Join('\n', (object[])findings)}");
        return pending ? null : error ?? (plan is null ? null : new InvalidOperationException("The failure was swallowed where nothing depends on the call."));
    }

    private static Device Open(EmulatedCuda cuda) => Device.Cuda(new CudaOptions
    {
        Driver = cuda.Driver,
        Cublas = cuda.Cublas,
        CacheFolder = CudaSession.RunFolder,
    });
}
