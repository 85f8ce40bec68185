namespace Sam.Emulator.Checks;

/// <summary>What each warp of a block knows of the others: the vector clocks of Fidge and Mattern, one entry for each warp.</summary>
/// <remarks>An access is stamped with the clock of its warp. It happens before another warp's access when that warp has learned of that
/// clock or a later one, by a barrier or by an atomic operation on the same word. A warp's clock moves on at each barrier, of block
/// or warp.</remarks>
internal sealed class Clocks
{
    private readonly int[][] known;
    private readonly int[][] fenced;

    public Clocks(int warps)
    {
        known = new int[warps][];
        fenced = new int[warps][];
        for (int w = 0; w < warps; w++)
        {
            known[w] = new int[warps];
            fenced[w] = new int[warps];
        }
    }

    /// <summary>The clock of a warp.</summary>
    public int Now(int warp) => known[warp][warp];

    /// <summary>What a warp knows of the clock of another.</summary>
    public int Known(int warp, int other) => known[warp][other];

    /// <summary>What a warp knew at its last fence.</summary>
    public ReadOnlySpan<int> Fenced(int warp) => fenced[warp];

    public void Start()
    {
        for (int w = 0; w < known.Length; w++)
        {
            Array.Clear(known[w]);
            Array.Clear(fenced[w]);
            known[w][w] = 1;
        }
    }

    public void Tick(int warp) => known[warp][warp]++;

    /// <summary>Takes over what others know.</summary>
    public void Learn(int warp, ReadOnlySpan<int> clocks)
    {
        int[] mine = known[warp];
        for (int w = 0; w < mine.Length; w++)
        {
            mine[w] = Math.Max(mine[w], clocks[w]);
        }
    }

    /// <summary>What a warp knows, for others to learn.</summary>
    public ReadOnlySpan<int> All(int warp) => known[warp];

    /// <summary>Notes that everything known now is visible to the device, and starts a new time.</summary>
    public void Fence(int warp)
    {
        known[warp].CopyTo(fenced[warp], 0);
        Tick(warp);
    }

    /// <summary>Warps meet: each learns what any of them knows.</summary>
    public void Meet(uint warps)
    {
        Span<int> joined = stackalloc int[known.Length];
        for (int w = 0; w < known.Length; w++)
        {
            if ((warps >> w & 1) != 0)
            {
                for (int k = 0; k < joined.Length; k++)
                {
                    joined[k] = Math.Max(joined[k], known[w][k]);
                }
            }
        }

        for (int w = 0; w < known.Length; w++)
        {
            if ((warps >> w & 1) != 0)
            {
                joined.CopyTo(known[w]);
                Tick(w);
            }
        }
    }
}
