using System.Collections.Concurrent;
using Sam.Cuda.Tests;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Tests;

/// <summary>The device that the suites of this assembly test: a CUDA device. Devices are used again by later tests, so that kernels are
/// loaded once; each test must leave neither findings nor memory behind.</summary>
internal sealed class TestedDevice : IDisposable
{
    private static readonly ConcurrentBag<CudaSession> Idle = [];

    private readonly CudaSession _session;
    private readonly long _bytesBefore;

    private TestedDevice(CudaSession session)
    {
        _session = session;
        _bytesBefore = BytesOfOthers;
    }

    public Device Device => _session.Device;

    private long BytesOfOthers => _session.Device.AllocatedBytes - ((CudaAccelerator)_session.Device).OwnBytes;

    /// <summary>Opens it.</summary>
    /// <param name="threads">Of no meaning here.</param>
    public static TestedDevice Open(int threads = 0)
    {
        _ = threads;
        return new TestedDevice(Idle.TryTake(out CudaSession? session) ? session : new CudaSession());
    }

    /// <summary>Whether the suites test a row of their largest tables on this device: one in so many that a run stays short, of a number that
    /// shares no factor with the sizes of the tables, so that every value of every column comes up.</summary>
    /// <param name="row">Number of the row.</param>
    public static bool Takes(int row) => row % 109 == 0;

    public void Dispose()
    {
        Assert.Equal(_bytesBefore, BytesOfOthers);
        if (_session.Emulated is { Findings.Count: > 0 } emulated) Assert.Fail(string.Join('\n', emulated.Findings));
        Idle.Add(_session);
    }
}
