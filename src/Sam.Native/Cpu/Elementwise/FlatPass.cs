using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Simple passes over flat memory: fill, copy, scale, add.</summary>
/// <remarks>Any alignment; elementwise, so the bits depend on neither threads nor width.</remarks>
internal static unsafe class FlatPass
{
    /// <summary>y[i] = value.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="y">Output, (count).</param>
    /// <param name="value">The value.</param>
    /// <param name="count">Elements.</param>
    public static void Fill(WorkerTeam? team, float* y, float value, long count)
    {
        FillJob job = new() { Y = y, Value = value, Count = count };
        team.Dispatch(TeamExtensions.Chunks(count), ref job);
    }

    /// <summary>y[i] = x[i], every bit.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="x">Input, (count).</param>
    /// <param name="y">Output, (count); does not overlap x.</param>
    /// <param name="count">Elements.</param>
    public static void Copy(WorkerTeam? team, float* x, float* y, long count)
    {
        CopyJob job = new() { X = x, Y = y, Count = count };
        team.Dispatch(TeamExtensions.Chunks(count), ref job);
    }

    /// <summary>y[i] = factor x[i].</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="x">Input, (count).</param>
    /// <param name="y">Output, (count); may be x.</param>
    /// <param name="count">Elements.</param>
    public static void Scale(WorkerTeam? team, float factor, float* x, float* y, long count) =>
        Map.Run(team, new Scaling { Factor = factor }, x, y, count);

    /// <summary>y[i] = y[i] + factor x[i], rounded once.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="x">Input, (count).</param>
    /// <param name="y">Updated in place, (count).</param>
    /// <param name="count">Elements.</param>
    public static void Add(WorkerTeam? team, float factor, float* x, float* y, long count) =>
        Map2.Run(team, new Scaling { Factor = factor }, x, y, y, count);

    private struct Scaling : IMapOperation, IMap2Operation
    {
        public float Factor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TV Invoke<TV>(TV x)
            where TV : unmanaged, ILanes<TV> => TV.Splat(Factor) * x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TV Invoke<TV>(TV a, TV b)
            where TV : unmanaged, ILanes<TV> => TV.Fma(TV.Splat(Factor), a, b);
    }

    private struct FillJob : ITeamJob
    {
        public float* Y;
        public float Value;
        public long Count;

        public readonly void Invoke(int part, int worker)
        {
            long first = (long)part * TeamExtensions.ChunkCount;
            new Span<float>(Y + first, (int)Math.Min(TeamExtensions.ChunkCount, Count - first)).Fill(Value);
        }
    }

    private struct CopyJob : ITeamJob
    {
        public float* X;
        public float* Y;
        public long Count;

        public readonly void Invoke(int part, int worker)
        {
            long first = (long)part * TeamExtensions.ChunkCount;
            long bytes = Math.Min(TeamExtensions.ChunkCount, Count - first) * sizeof(float);
            Buffer.MemoryCopy(X + first, Y + first, bytes, bytes);
        }
    }
}
