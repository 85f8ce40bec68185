using Sam.Emulator;
using Sam.Native.Cuda;

namespace Sam.Cuda.Tests;

/// <summary>Each function of the driver and of cuBLAS that is used fails in each part of a program's life, at its first call there, in the middle and
/// at its last: the exception names it, the step is made or not made, the part can be made again with the bits of a run without faults, and nothing
/// is left behind.</summary>
public sealed class FunctionFaultTests
{
    private const CudaResult Code = CudaResult.NotSupported;
    private const CublasStatus Status = CublasStatus.ArchMismatch;

    // What gives something back, where a failure helps nobody and is not reported; and the question where memory of the caller's lies, whose answer for
    // ordinary memory is a failure.
    private static readonly string[] s_quiet =
    [
        "cuCtxPopCurrent_v2", "cuDevicePrimaryCtxRelease_v2", "cuEventDestroy_v2", "cuGraphDestroy", "cuGraphExecDestroy", "cuMemFreeAsync",
        "cuMemFreeHost", "cuMemFree_v2", "cuModuleUnload", "cuPointerGetAttribute", "cuStreamDestroy_v2", "cublasDestroy_v2",
    ];

    private static readonly string[] s_loud =
    [
        "cuCtxPushCurrent_v2", "cuDeviceGet", "cuDeviceGetAttribute", "cuDeviceGetCount", "cuDeviceGetName", "cuDevicePrimaryCtxRetain",
        "cuDeviceTotalMem_v2", "cuDriverGetVersion", "cuEventCreate", "cuEventRecord", "cuGraphInstantiateWithFlags", "cuGraphLaunch", "cuInit", "cuLaunchKernel",
        "cuMemAllocAsync", "cuMemAlloc_v2", "cuMemHostAlloc", "cuMemHostGetDevicePointer_v2", "cuMemcpyDtoDAsync_v2", "cuMemcpyDtoHAsync_v2",
        "cuMemcpyHtoDAsync_v2", "cuMemsetD8Async", "cuModuleGetFunction", "cuModuleLoadDataEx", "cuStreamBeginCapture_v2", "cuStreamCreate",
        "cuStreamEndCapture", "cuStreamQuery", "cuStreamSynchronize", "cuStreamWaitEvent", "cublasCreate_v2", "cublasSetMathMode",
        "cublasSetStream_v2", "cublasSetWorkspace_v2", "cublasSgemm_v2",
    ];

    private static readonly Lazy<Part[]> s_clean = new(() => RunClean(hasPools: true)), s_cleanWithoutPools = new(() => RunClean(hasPools: false));

    public static TheoryData<string> Functions => [.. s_quiet, .. s_loud];

    [Fact]
    public void TheListHasEveryFunctionThatIsCalled()
    {
        string[] called = [.. s_clean.Value.Concat(s_cleanWithoutPools.Value).SelectMany(static part => part.Calls.Keys).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(called, s_quiet.Concat(s_loud).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void AFunctionMayFailAnywhere(string function)
    {
        // What devices without memory pools call instead.
        bool hasPools = function is not ("cuMemAlloc_v2" or "cuMemFree_v2");
        Part[] clean = Clean(hasPools);
        int failures = 0;
        for (int part = 0; part < clean.Length; part++)
        {
            int calls = (int)clean[part].Calls.GetValueOrDefault(function);
            foreach (int call in (int[])[.. new[] { 1, (calls / 2) + 1, calls }.Where(call => call <= calls && call > 0).Distinct()])
            {
                Fail(function, part, call, hasPools);
                failures++;
            }
        }

        Assert.True(failures > 0, $"{function} is not called.");
    }

    private static Part[] Clean(bool hasPools) => hasPools ? s_clean.Value : s_cleanWithoutPools.Value;

    private static void Fail(string function, int part, int call, bool hasPools)
    {
        Part[] clean = Clean(hasPools);
        (string name, Action<FaultScenario> run) = FaultScenario.Parts[part];
        string what = $"{function}, call {call} in {name}";
        bool isQuiet = s_quiet.Contains(function);
        EmulatedCuda cuda;
        using (FaultScenario scenario = new(hasPools))
        {
            cuda = scenario.Cuda;
            for (int i = 0; i < part; i++) FaultScenario.Parts[i].Run(scenario);
            if (function.StartsWith("cublas", StringComparison.Ordinal)) cuda.Faults.FailCall(function, call, Status);
            else cuda.Faults.FailCall(function, call, Code);
            Exception? error = Record.Exception(() => run(scenario));
            Assert.True(cuda.Faults.PendingCount == 0, $"{what}: was not called.");
            cuda.Faults.Clear();
            if (name == FaultScenario.End || isQuiet)
            {
                Assert.True(error is null, $"{what}: {error}");
            }
            else
            {
                CudaException exception = Assert.IsType<CudaException>(error);
                string named = exception.Call.Split('(')[0];
                Assert.True(named.Length > 4 && function.StartsWith(named, StringComparison.Ordinal), $"{what}: the exception names {exception.Call}.");
                Assert.True(exception.Code == (function.StartsWith("cublas", StringComparison.Ordinal) ? (int)Status : (int)Code), what);
            }

            CheckContext(scenario, what);
            if (error is not null) Recover(scenario, clean, part, what);
            if (part + 1 < clean.Length && name != FaultScenario.End) RunAndCompare(scenario, clean, part + 1, what);
        }

        Finding[] findings = [.. cuda.Findings.Where(finding => !isQuiet || finding.Kind != FindingKind.Leak)];
        Assert.True(findings.Length == 0, $"{what}: {string.Join('\n', (object[])findings)}");
    }

    // The step was made or not; where it was not, it is made now, and gives what it always gives.
    private static void Recover(FaultScenario scenario, Part[] clean, int part, string what)
    {
        Part before = part == 0 ? default : clean[part - 1], after = clean[part];
        if (part > 0)
        {
            Part now = State(scenario);
            bool isOld = now.IsLike(before), isNew = now.IsLike(after);
            bool isLoad = FaultScenario.Parts[part].Name == "load";
            Assert.True(isOld || isNew || isLoad, $"{what}: {now} is neither {before} nor {after}.");
            if (isNew && !isOld) return;
        }

        RunAndCompare(scenario, clean, part, what);
    }

    private static void RunAndCompare(FaultScenario scenario, Part[] clean, int part, string what)
    {
        FaultScenario.Parts[part].Run(scenario);
        if (FaultScenario.Parts[part].Name == FaultScenario.End) return;
        Part now = State(scenario);
        Assert.True(now.IsLike(clean[part]), $"{what}: after {FaultScenario.Parts[part].Name} {now} is not {clean[part]}.");
    }

    private static unsafe void CheckContext(FaultScenario scenario, string what)
    {
        if (what.StartsWith("cuCtxPopCurrent", StringComparison.Ordinal)) return;
        CudaContext current;
        if (scenario.Cuda.Driver.ContextGetCurrent(&current) == CudaResult.Success) Assert.True(current == default, $"{what}: a context is left current.");
    }

    private static Part[] RunClean(bool hasPools)
    {
        List<Part> parts = [];
        FaultScenario scenario = new(hasPools);
        foreach ((_, Action<FaultScenario> run) in FaultScenario.Parts)
        {
            scenario.Cuda.Ledger.Reset();
            run(scenario);
            IReadOnlyDictionary<string, long> calls = scenario.Cuda.Ledger.CallsByFunction;
            parts.Add(State(scenario) with { Calls = calls });
        }

        scenario.Dispose();
        scenario.Cuda.ThrowIfAnyFinding();
        return [.. parts];
    }

    private static Part State(FaultScenario scenario) =>
        scenario.Weights is { Length: > 0 } weights ? new Part(weights, scenario.Updates, scenario.StepNumber) : new Part("", 0, 0);

    private readonly record struct Part(string Weights, long Updates, ulong StepNumber)
    {
        public IReadOnlyDictionary<string, long> Calls { get; init; } = new Dictionary<string, long>();

        public bool IsLike(Part other) => Weights == other.Weights && Updates == other.Updates && StepNumber == other.StepNumber;

        public override string ToString() => $"{Weights[..Math.Min(8, Weights.Length)]} after {Updates} updates, step {StepNumber}";
    }
}
