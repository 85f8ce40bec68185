using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The one loop of elementwise functions y[i] = f(x[i]).</summary>
/// <remarks>Any alignment. y may be x; otherwise they do not overlap. Up to one chunk runs on the calling thread.</remarks>
internal static unsafe class Map
{
    /// <summary>Applies an operation to every element.</summary>
    /// <typeparam name="TOp">The operation.</typeparam>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="operation">The operation's parameters.</param>
    /// <param name="x">Input, (count).</param>
    /// <param name="y">Output, (count); may be x.</param>
    /// <param name="count">Elements.</param>
    public static void Run<TOp>(WorkerTeam? team, TOp operation, float* x, float* y, long count)
        where TOp : unmanaged, IMapOperation
    {
        Job<TOp> job = new() { Operation = operation, X = x, Y = y, Count = count, Width = Simd.Width };
        team.Dispatch(TeamExtensions.Chunks(count), ref job);
    }

    private struct Job<TOp> : ITeamJob
        where TOp : unmanaged, IMapOperation
    {
        public TOp Operation;
        public float* X;
        public float* Y;
        public long Count;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            long first = (long)part * TeamExtensions.ChunkCount;
            nint count = (nint)Math.Min(TeamExtensions.ChunkCount, Count - first);
            switch (Width)
            {
                case VectorWidth.Vector512: Loop<Lanes512>(Operation, X + first, Y + first, count); break;
                case VectorWidth.Vector256: Loop<Lanes256>(Operation, X + first, Y + first, count); break;
                default: Loop<Lanes128>(Operation, X + first, Y + first, count); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Loop<TV>(TOp operation, float* x, float* y, nint count)
            where TV : unmanaged, ILanes<TV>
        {
            nint i = 0;
            for (; i <= count - 16; i += 16) operation.Invoke(TV.Load(x + i)).Store(y + i);
            if (i == count) return;
            int rest = (int)(count - i);
            operation.Invoke(TV.LoadPartial(x + i, rest)).StorePartial(y + i, rest);
        }
    }
}
