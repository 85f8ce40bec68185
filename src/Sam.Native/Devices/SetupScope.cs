namespace Sam.Native;

/// <summary>The time in which an object takes what it needs of a device: all or nothing. Memory that was taken is given back where the scope ends
/// before it is completed.</summary>
internal sealed class SetupScope(Device device, SetupScope? outer) : IDisposable
{
    private readonly List<IDisposable> _taken = [];
    private bool _isComplete;

    /// <summary>Notes memory that was taken.</summary>
    public void Add(IDisposable memory) => _taken.Add(memory);

    /// <summary>Keeps what was taken.</summary>
    public void Complete() => _isComplete = true;

    public void Dispose()
    {
        device.Setup = outer;
        if (_isComplete)
        {
            // An object around this one may still fail.
            foreach (IDisposable memory in _taken) outer?.Add(memory);
            return;
        }

        for (int i = _taken.Count - 1; i >= 0; i--) _taken[i].Dispose();
    }
}
