namespace Sam.Native.Cpu;

/// <summary>Work that a <see cref="WorkerTeam"/> runs in numbered parts.</summary>
/// <remarks>Implemented by an unmanaged struct that holds pointers and sizes. Every worker calls the one instance that was handed to
/// <see cref="WorkerTeam.Run{TJob}"/>, so a part writes only what belongs to it. What a part computes may depend on its number, never on
/// the worker: that is what keeps results the same for any number of threads.</remarks>
internal interface ITeamJob
{
    /// <summary>Does one part of the work.</summary>
    /// <param name="part">Number of the part, in [0, parts).</param>
    /// <param name="worker">Number of the worker that runs it, in [0, Threads): the index of its scratch memory.</param>
    void Invoke(int part, int worker);
}
