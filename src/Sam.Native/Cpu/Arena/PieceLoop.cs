using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>How the optimizers' kernels go over the pieces of the arenas.</summary>
internal static unsafe class PieceLoop
{
    /// <summary>Runs one part for each piece: on the team, or on this thread where there is little to do.</summary>
    /// <typeparam name="TJob">The job.</typeparam>
    /// <param name="team">The team.</param>
    /// <param name="pieces">The table.</param>
    /// <param name="job">The job, shared by all workers.</param>
    public static void Run<TJob>(WorkerTeam team, in ArenaPieces pieces, ref TJob job)
        where TJob : unmanaged, ITeamJob
    {
        if (pieces.ElementCount > ArenaPiece.MaximumCount)
        {
            team.Run(pieces.Count, ref job);
            return;
        }

        for (int part = 0; part < pieces.Count; part++) job.Invoke(part, 0);
    }

    // 16 MB: the four arenas of a step are then larger than the caches of one core's share.
    private const long StreamedElements = 1 << 22;

    /// <summary>Reads 16 floats, or the first <paramref name="count"/> of them and zeros.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="p">Where.</param>
    /// <param name="count">1 to 16.</param>
    /// <returns>The lanes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Load<TV>(float* p, int count)
        where TV : unmanaged, ILanes<TV> => count == 16 ? TV.Load(p) : TV.LoadPartial(p, count);

    /// <summary>Writes 16 floats, or the first <paramref name="count"/> of them.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="p">Where.</param>
    /// <param name="value">The lanes.</param>
    /// <param name="count">1 to 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TV>(float* p, TV value, int count)
        where TV : unmanaged, ILanes<TV>
    {
        if (count == 16) value.Store(p);
        else value.StorePartial(p, count);
    }

    /// <summary>Writes 16 floats, or the first <paramref name="count"/> of them, past the caches where asked to.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="p">Where; a multiple of 64 if <paramref name="streams"/>.</param>
    /// <param name="value">The lanes.</param>
    /// <param name="count">1 to 16.</param>
    /// <param name="streams">What <see cref="Streams"/> says of the place.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TV>(float* p, TV value, int count, bool streams)
        where TV : unmanaged, ILanes<TV>
    {
        if (streams && count == 16) value.StoreStreaming(p);
        else Store(p, value, count);
    }

    /// <summary>Whether a place that is written and not read is better written past the caches: in arenas that no cache holds a store would
    /// read each line first, a third to a half of a pass's bytes.</summary>
    /// <param name="elements">Elements of the arena.</param>
    /// <param name="p">The place; null streams nothing.</param>
    /// <returns>Whether it is.</returns>
    public static bool Streams(long elements, float* p) => elements >= StreamedElements && p != null && ((nint)p & 63) == 0;
}
