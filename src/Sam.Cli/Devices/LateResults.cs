using Sam.Native;

namespace Sam.Cli.Devices;

/// <summary>Results of the latest steps, which are read only when the device is sure to be done with them, so that reading them waits for nothing:
/// two steps later on CUDA, at once on the CPU.</summary>
/// <param name="device">The device of the steps.</param>
internal sealed class LateResults(Device device)
{
    private const int Lag = 2;

    private readonly (StepResult Result, int Images)[] _pending = new (StepResult, int)[Lag + 1];
    private readonly int _lag = device.IsHostAccessible ? 0 : Lag;
    private int _first;
    private int _count;

    /// <summary>Adds a step.</summary>
    /// <param name="result">Its result.</param>
    /// <param name="images">Its examples.</param>
    public void Add(StepResult result, int images)
    {
        _pending[(_first + _count) % _pending.Length] = (result, images);
        _count++;
    }

    /// <summary>Takes the oldest step whose result can be read without waiting.</summary>
    /// <param name="result">Its result.</param>
    /// <param name="images">Its examples.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryTake(out StepResult result, out int images) => TryTake(_lag, out result, out images);

    /// <summary>Takes the oldest step, at the end of a run of steps.</summary>
    /// <param name="result">Its result.</param>
    /// <param name="images">Its examples.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryTakeLast(out StepResult result, out int images) => TryTake(0, out result, out images);

    private bool TryTake(int kept, out StepResult result, out int images)
    {
        if (_count <= kept)
        {
            (result, images) = (default, 0);
            return false;
        }

        (result, images) = _pending[_first];
        _first = (_first + 1) % _pending.Length;
        _count--;
        return true;
    }
}
