using Sam.Native.Cpu;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void EveryPart_RunsExactlyOnce_WhateverTheNumberOfThreads(int threads)
    {
        using WorkerTeam team = new(threads);
        int[] counts = new int[1000];
        fixed (int* pointer = counts)
        {
            for (int round = 0; round < 200; round++)
            {
                int parts = (round * 37) % 1000;
                Array.Clear(counts);
                CountJob job = new() { Counts = pointer, Threads = threads };
                team.Run(parts, ref job);
                for (int part = 0; part < counts.Length; part++)
                {
                    Assert.Equal(part < parts ? 1 : 0, counts[part]);
                }

                Assert.Equal(0, job.BadWorkers);
            }
        }
    }

    [Fact]
    public void Runs_FarApart_WakeParkedWorkers()
    {
        using WorkerTeam team = new(2);
        for (int round = 0; round < 5; round++)
        {
            MeetJob job = default;
            team.Run(2, ref job);
            Assert.Equal(2, job.Arrived);
            Thread.Sleep(3);
        }
    }

    [Fact]
    public void ExceptionOfAPart_ReachesTheCaller_AndTheTeamStaysUsable()
    {
        using WorkerTeam team = new(3);
        for (int round = 0; round < 20; round++)
        {
            FaultJob fault = new() { BadPart = round };
            InvalidDataException exception = Assert.Throws<InvalidDataException>(() => team.Run(20, ref fault));
            Assert.Equal($"part {round}", exception.Message);
            Assert.Contains(nameof(FaultJob), exception.StackTrace, StringComparison.Ordinal);
            MeetJob job = default;
            team.Run(3, ref job);
            Assert.Equal(3, job.Arrived);
        }
    }

    [Fact]
    public void ExceptionOfAnInlinePart_LeavesTheTeamUsable()
    {
        using WorkerTeam team = new(1);
        FaultJob fault = default;
        Assert.Throws<InvalidDataException>(() => team.Run(1, ref fault));
        fault = new FaultJob { BadPart = -1 };
        team.Run(4, ref fault);
    }

    [Fact]
    public void RunInsideAPart_RunsInline()
    {
        using WorkerTeam team = new(3);
        int total = 0;
        NestedJob job = new()
        {
            Team = (nint)System.Runtime.InteropServices.GCHandle.ToIntPtr(
            System.Runtime.InteropServices.GCHandle.Alloc(team)),
            Total = &total
        };
        team.Run(5, ref job);
        System.Runtime.InteropServices.GCHandle.FromIntPtr(job.Team).Free();
        Assert.Equal(5 * 7, total);
    }

    [Fact]
    public void RunsFromSeveralThreads_FollowOneAnother()
    {
        using WorkerTeam team = new(2);
        int[] sums = new int[4];
        Thread[] callers = new Thread[4];
        for (int i = 0; i < callers.Length; i++)
        {
            int caller = i;
            callers[i] = new Thread(() =>
            {
                for (int round = 0; round < 100; round++)
                {
                    CountOnlyJob job = default;
                    team.Run(8, ref job);
                    sums[caller] += job.Count;
                }
            });
            callers[i].Start();
        }

        foreach (Thread thread in callers)
        {
            thread.Join();
        }

        Assert.All(sums, sum => Assert.Equal(800, sum));
    }

    [Fact]
    public void SeveralTeams_LiveSideBySide()
    {
        using WorkerTeam first = new(2);
        using WorkerTeam second = new(3);
        for (int round = 0; round < 50; round++)
        {
            CountOnlyJob one = default;
            CountOnlyJob two = default;
            first.Run(10, ref one);
            second.Run(20, ref two);
            Assert.Equal(10, one.Count);
            Assert.Equal(20, two.Count);
        }
    }

    [Fact]
    public void ManyMoreThreadsThanCores_StillFinish()
    {
        using WorkerTeam team = new(4 * Environment.ProcessorCount + 1);
        for (int round = 0; round < 50; round++)
        {
            CountOnlyJob job = default;
            team.Run(100, ref job);
            Assert.Equal(100, job.Count);
        }
    }

    [Fact]
    public void Run_AllocatesNothing()
    {
        using WorkerTeam team = new(2);
        CountOnlyJob job = default;
        for (int round = 0; round < 100; round++)
        {
            team.Run(4, ref job);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 1000; round++)
        {
            team.Run(4, ref job);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Scratch_IsAlignedAndApartForEachWorker()
    {
        using WorkerTeam team = new(3);
        for (int worker = 0; worker < 3; worker++)
        {
            Assert.Equal(0, (nint)team.Scratch(worker) % 64);
            team.Scratch(worker)[0] = (byte)worker;
            team.Scratch(worker)[WorkerTeam.ScratchBytes - 1] = (byte)worker;
        }

        for (int worker = 0; worker < 3; worker++)
        {
            Assert.Equal(worker, team.Scratch(worker)[0]);
            Assert.Equal(worker, team.Scratch(worker)[WorkerTeam.ScratchBytes - 1]);
        }
    }

    [Fact]
    public void Dispose_Twice_IsHarmless_AndRunAfterwardsIsRefused()
    {
        WorkerTeam team = new(2);
        team.Dispose();
        team.Dispose();
        CountOnlyJob job = default;
        Assert.Throws<ObjectDisposedException>(() => team.Run(2, ref job));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(5000)]
    public void ImpossibleNumberOfThreads_IsRefused(int threads) =>
        Assert.Throws<ArgumentOutOfRangeException>("threads", () => new WorkerTeam(threads));

    [Fact]
    public void NegativeNumberOfParts_IsRefused()
    {
        using WorkerTeam team = new(1);
        CountOnlyJob job = default;
        Assert.Throws<ArgumentOutOfRangeException>("parts", () => team.Run(-1, ref job));
    }

    private struct CountJob : ITeamJob
    {
        public int* Counts;
        public int Threads;
        public int BadWorkers;

        public void Invoke(int part, int worker)
        {
            Interlocked.Increment(ref Counts[part]);
            if ((uint)worker >= (uint)Threads)
            {
                Interlocked.Increment(ref BadWorkers);
            }
        }
    }

    private struct CountOnlyJob : ITeamJob
    {
        public int Count;

        public void Invoke(int part, int worker) => Interlocked.Increment(ref Count);
    }

    /// <summary>Every part waits for all others, so it ends only if each has a thread of its own.</summary>
    private struct MeetJob : ITeamJob
    {
        public int Arrived;

        public void Invoke(int part, int worker)
        {
            int parts = part < 2 ? 2 : 3;
            Interlocked.Increment(ref Arrived);
            while (Volatile.Read(ref Arrived) < parts)
            {
                Thread.Yield();
            }
        }
    }

    private struct FaultJob : ITeamJob
    {
        public int BadPart;

        public readonly void Invoke(int part, int worker)
        {
            if (part == BadPart)
            {
                throw new InvalidDataException($"part {part}");
            }
        }
    }

    private struct NestedJob : ITeamJob
    {
        public nint Team;
        public int* Total;

        public readonly void Invoke(int part, int worker)
        {
            WorkerTeam team = (WorkerTeam)System.Runtime.InteropServices.GCHandle.FromIntPtr(Team).Target!;
            CountOnlyJob inner = default;
            team.Run(7, ref inner);
            Interlocked.Add(ref *Total, inner.Count);
        }
    }
}
