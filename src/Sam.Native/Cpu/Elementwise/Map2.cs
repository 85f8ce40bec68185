using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The one loop of elementwise functions y[i] = f(a[i], b[i]).</summary>
/// <remarks>Any alignment. y may be a or b; otherwise it overlaps neither. Up to one chunk runs on the calling thread.</remarks>
internal static unsafe class Map2
{
    /// <summary>Applies an operation to every pair of elements.</summary>
    /// <typeparam name="TOp">The operation.</typeparam>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="operation">The operation's parameters.</param>
    /// <param name="a">First input, (count).</param>
    /// <param name="b">Second input, (count).</param>
    /// <param name="y">Output, (count); may be a or b.</param>
    /// <param name="count">Elements.</param>
    public static void Run<TOp>(WorkerTeam? team, TOp operation, float* a, float* b, float* y, long count)
        where TOp : unmanaged, IMap2Operation
    {
        Job<TOp> job = new() { Operation = operation, A = a, B = b, Y = y, Count = count, Width = Simd.Width };
        team.Dispatch(TeamExtensions.Chunks(count), ref job);
    }

    private struct Job<TOp> : ITeamJob
        where TOp : unmanaged, IMap2Operation
    {
        public TOp Operation;
        public float* A;
        public float* B;
        public float* Y;
        public long Count;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            long first = (long)part * TeamExtensions.ChunkCount;
            nint count = (nint)Math.Min(TeamExtensions.ChunkCount, Count - first);
            switch (Width)
            {
                case VectorWidth.Vector512: Loop<Lanes512>(Operation, A + first, B + first, Y + first, count); break;
                case VectorWidth.Vector256: Loop<Lanes256>(Operation, A + first, B + first, Y + first, count); break;
                default: Loop<Lanes128>(Operation, A + first, B + first, Y + first, count); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Loop<TV>(TOp operation, float* a, float* b, float* y, nint count)
            where TV : unmanaged, ILanes<TV>
        {
            nint i = 0;
            for (; i <= count - 16; i += 16) operation.Invoke(TV.Load(a + i), TV.Load(b + i)).Store(y + i);
            if (i == count) return;
            int rest = (int)(count - i);
            operation.Invoke(TV.LoadPartial(a + i, rest), TV.LoadPartial(b + i, rest)).StorePartial(y + i, rest);
        }
    }
}
