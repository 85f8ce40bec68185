using System.Diagnostics;
using System.Globalization;
using Sam.Native.Cuda;

namespace Sam.Emulator;

/// <summary>One context: what a program made on a device, and whether a fault has lost it.</summary>
/// <remarks>Every member but <see cref="IsAlive"/> is used under the instance's lock.</remarks>
internal sealed partial class EmulatedContext
{
    private readonly HashSet<EmulatedObject> _objects = [];
    private readonly Dictionary<int, EmulatedStream> _threadStreams = [];
    private long _hangDeadline;
    private bool _lossWasRead = true;
    private string _lossText = "";
    private int _streams;
    private int _allocations;

    internal EmulatedContext(EmulatedDevice device, uint flags, bool isPrimary)
    {
        Device = device;
        Flags = flags;
        IsPrimary = isPrimary;
        Handle = HandleTable.Add(this);
        DefaultStream = new EmulatedStream(this, "default", CudaStreamFlags.Default, 0);
        Instance.Add(this);
    }

    internal EmulatedDevice Device { get; }

    internal EmulatedCuda Instance => Device.Instance;

    internal uint Flags { get; set; }

    internal bool IsPrimary { get; }

    internal nint Handle { get; }

    /// <summary>The legacy default stream.</summary>
    internal EmulatedStream DefaultStream { get; }

    internal bool IsAlive { get; private set; } = true;

    /// <summary>What every call answers since a fault; success before.</summary>
    internal CudaResult Loss { get; private set; }

    internal void Add(EmulatedObject item) => _objects.Add(item);

    internal void Remove(EmulatedObject item) => _objects.Remove(item);

    /// <summary>Finds an object of this context.</summary>
    /// <typeparam name="T">What it must be.</typeparam>
    /// <param name="handle">Its handle.</param>
    /// <returns>The object; null where the handle is not valid or is of another context.</returns>
    internal T? Find<T>(nint handle)
        where T : EmulatedObject => HandleTable.Find<T>(handle) is { } found && found.Context == this ? found : null;

    /// <summary>Finds a stream, the default ones among them.</summary>
    /// <param name="stream">0 and 1 are the legacy default stream, 2 is the thread's own.</param>
    /// <returns>The stream; null where the handle is not valid here.</returns>
    internal EmulatedStream? FindStream(CudaStream stream) => stream.Value switch
    {
        0 or 1 => DefaultStream,
        2 => ThreadStream(),
        _ => Find<EmulatedStream>(stream.Value),
    };

    internal EmulatedStream CreateStream(CudaStreamFlags flags, int priority)
    {
        EmulatedStream stream = new(this, string.Create(CultureInfo.InvariantCulture, $"stream {++_streams}"), flags, priority);
        Add(stream);
        return stream;
    }

    /// <summary>Runs all deferred work of the context.</summary>
    internal void RunAll()
    {
        if (!Instance.Options.DefersWork) return;
        foreach (EmulatedStream stream in Streams()) stream.RunAll();
    }

    /// <summary>Runs the deferred work that a call in the legacy default stream waits for.</summary>
    internal void RunBlocking()
    {
        if (!Instance.Options.DefersWork) return;
        foreach (EmulatedStream stream in Streams())
        {
            if ((stream.Flags & CudaStreamFlags.NonBlocking) == 0) stream.RunAll();
        }
    }

    /// <summary>Makes deferred work wait as the legacy default stream demands: it for every blocking stream, and they for it.</summary>
    /// <param name="stream">The stream that takes work next.</param>
    internal void OrderWithDefault(EmulatedStream stream)
    {
        if ((stream.Flags & CudaStreamFlags.NonBlocking) != 0) return;
        foreach (EmulatedStream other in Streams())
        {
            bool orders = stream.IsLegacy ? !other.IsLegacy && (other.Flags & CudaStreamFlags.NonBlocking) == 0 : other.IsLegacy;
            if (orders && other.Completed < other.Submitted) stream.Enqueue(new WaitWork(other, other.Submitted));
        }
    }

    /// <summary>Makes every later call answer a code, as after a fault on a device.</summary>
    /// <param name="code">The code.</param>
    /// <param name="text">What happened.</param>
    internal void Lose(CudaResult code, string text)
    {
        if (Loss != CudaResult.Success) return;
        Loss = code;
        _lossText = text;
        _lossWasRead = false;
    }

    /// <summary>The code of the fault, which counts as read from then on.</summary>
    /// <returns>Success where there was no fault.</returns>
    internal CudaResult ReadLoss()
    {
        _lossWasRead = true;
        return Loss;
    }

    /// <summary>Lets the device hang until a time limit.</summary>
    /// <param name="stream">The stream of the launch that hangs.</param>
    /// <param name="limit">How long.</param>
    internal void Hang(EmulatedStream stream, TimeSpan limit)
    {
        stream.IsHung = true;
        if (_hangDeadline == 0) _hangDeadline = Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency);
    }

    /// <summary>How long a launch that hangs has left.</summary>
    /// <returns>Zero once the limit is over; a negative time where nothing hangs.</returns>
    internal TimeSpan HangTimeLeft()
    {
        if (_hangDeadline == 0) return TimeSpan.FromTicks(-1);
        long left = _hangDeadline - Stopwatch.GetTimestamp();
        return left <= 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(left * 1000.0 / Stopwatch.Frequency));
    }

    /// <summary>Ends the launch that hangs as a device does: the context is lost.</summary>
    internal void EndHang()
    {
        if (_hangDeadline == 0) return;
        _hangDeadline = 0;
        Lose(CudaResult.LaunchTimeout, "A launch ran until its time limit.");
    }

    /// <summary>Ends the context: reports what is left in it and takes all of it back.</summary>
    /// <param name="atDispose">Whether the instance ends, so that the program did not destroy the context.</param>
    internal void End(bool atDispose = false)
    {
        if (!IsAlive) return;
        RunAll();
        if (!_lossWasRead)
        {
            Instance.Report(new Finding(
                FindingKind.UnreadError, $"A launch failed with {Loss} ({(int)Loss}) and no call read the error. {_lossText}"));
        }

        if (Instance.Options.ReportLeaks && Loss == CudaResult.Success) ReportLeaks(atDispose);
        IsAlive = false;
        foreach (EmulatedObject item in _objects.ToArray()) item.Destroy();
        foreach (EmulatedAllocation allocation in OwnAllocations()) Release(allocation);
        foreach (EmulatedStream stream in _threadStreams.Values) stream.Destroy();
        DefaultStream.Destroy();
        HandleTable.Remove(Handle);
        Instance.Remove(this);
        if (IsPrimary)
        {
            Device.Primary = null;
            Device.PrimaryRetains = 0;
        }
    }

    private EmulatedStream[] Streams() => [DefaultStream, .. _threadStreams.Values, .. _objects.OfType<EmulatedStream>()];

    private EmulatedAllocation[] OwnAllocations() =>
        [.. Device.Allocations.Values.Where(allocation => allocation.Context == this).OrderBy(allocation => allocation.Ordinal)];

    private void ReportLeaks(bool atDispose)
    {
        List<string> left = [];
        foreach (EmulatedAllocation allocation in OwnAllocations())
        {
            string kind = allocation.Kind.ToString().ToLowerInvariant();
            left.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{kind} allocation {allocation.Ordinal} of {allocation.ByteCount} bytes at 0x{allocation.Address:x}"));
        }

        // Modules may go with their context; programs that are written well leave them to it.
        IEnumerable<string> kinds = _objects.Where(
            item => item is not EmulatedModule).Select(item => item.GetType().Name["Emulated".Length..]);
        foreach (IGrouping<string, string> group in kinds.GroupBy(kind => kind).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            left.Add(string.Create(CultureInfo.InvariantCulture, $"{group.Count()} x {group.Key.ToLowerInvariant()}"));
        }

        if (atDispose && left.Count == 0 && !IsPrimary) left.Add("the context itself, which was created and not destroyed");
        if (left.Count == 0) return;
        string when = atDispose ? "when the emulated device ended" : "when its context ended";
        Instance.Report(new Finding(FindingKind.Leak, $"Left {when}: {string.Join("; ", left)}."));
    }

    private EmulatedStream ThreadStream()
    {
        int thread = Environment.CurrentManagedThreadId;
        if (!_threadStreams.TryGetValue(thread, out EmulatedStream? stream))
        {
            stream = new EmulatedStream(
                this, string.Create(CultureInfo.InvariantCulture, $"stream of thread {thread}"), CudaStreamFlags.Default, 0);
            _threadStreams.Add(thread, stream);
        }

        return stream;
    }
}
