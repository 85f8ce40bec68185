namespace Sam.Native.Cpu;

/// <summary>How kernels hand their parts to a team.</summary>
internal static class TeamExtensions
{
    /// <summary>Elements of one part of an elementwise or reduction kernel. A constant of the arithmetic: reductions are ordered by
    /// it.</summary>
    public const int ChunkCount = 16384;

    /// <summary>Number of chunks of <see cref="ChunkCount"/> elements.</summary>
    /// <param name="count">Elements, at most 2^31 chunks of them.</param>
    /// <returns>The count divided by the chunk, rounded up.</returns>
    public static int Chunks(long count) => checked((int)((count + ChunkCount - 1) / ChunkCount));

    /// <summary>Runs the parts on the team, or on this thread where there is one part or no team.</summary>
    /// <typeparam name="TJob">The job.</typeparam>
    /// <param name="team">The team; null runs on the calling thread.</param>
    /// <param name="parts">Number of parts.</param>
    /// <param name="job">The job, shared by all workers.</param>
    public static void Dispatch<TJob>(this WorkerTeam? team, int parts, ref TJob job)
        where TJob : unmanaged, ITeamJob
    {
        if (parts == 1)
        {
            job.Invoke(0, 0);
        }
        else if (team is not null)
        {
            team.Run(parts, ref job);
        }
        else
        {
            for (int part = 0; part < parts; part++) job.Invoke(part, 0);
        }
    }
}
