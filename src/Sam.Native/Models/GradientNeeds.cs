namespace Sam.Native;

/// <summary>Which parameters' gradients a backward pass computes: those that an optimizer of the model trains, all of them where there is no
/// optimizer, or what one step asked for.</summary>
internal sealed class GradientNeeds(int parameters)
{
    private readonly int[] _trainedBy = new int[parameters];
    private readonly bool[] _needed = Filled(parameters);
    private int _optimizers;

    /// <summary>Number of the first parameter whose gradient is needed; more than there are where none is.</summary>
    public int First { get; private set; }

    /// <summary>Whether a parameter's gradient is needed.</summary>
    public bool this[int parameter] => _needed[parameter];

    /// <summary>Whether one of several gradients is needed.</summary>
    public bool Any(int first, int count) => _needed.AsSpan(first, count).Contains(true);

    /// <summary>Counts an optimizer in.</summary>
    /// <param name="trains">Which parameters it trains.</param>
    public void Attach(ReadOnlySpan<bool> trains) => Count(trains, 1);

    /// <summary>Counts an optimizer out.</summary>
    /// <param name="trains">Which parameters it trained.</param>
    public void Detach(ReadOnlySpan<bool> trains) => Count(trains, -1);

    /// <summary>Asks for certain gradients until <see cref="Reset"/>.</summary>
    public void Set(ReadOnlySpan<bool> needed)
    {
        needed.CopyTo(_needed);
        FindFirst();
    }

    /// <summary>Asks for what the optimizers train.</summary>
    public void Reset()
    {
        for (int i = 0; i < _needed.Length; i++)
        {
            _needed[i] = _optimizers == 0 || _trainedBy[i] > 0;
        }

        FindFirst();
    }

    private static bool[] Filled(int parameters)
    {
        bool[] needed = new bool[parameters];
        Array.Fill(needed, true);
        return needed;
    }

    private void Count(ReadOnlySpan<bool> trains, int optimizers)
    {
        _optimizers += optimizers;
        for (int i = 0; i < trains.Length; i++)
        {
            _trainedBy[i] += trains[i] ? optimizers : 0;
        }

        Reset();
    }

    private void FindFirst()
    {
        int first = Array.IndexOf(_needed, true);
        First = first < 0 ? int.MaxValue : first;
    }
}
