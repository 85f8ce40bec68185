using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The one loop of random fills and masks: y[i] = f(r_i, x[i]) with r_i element i of a stream.</summary>
/// <remarks>Any alignment; the bits depend on the stream and i alone.</remarks>
internal static unsafe class RandomMap
{
    /// <summary>Applies an operation.</summary>
    /// <typeparam name="TOp">The operation.</typeparam>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="operation">The operation's parameters.</param>
    /// <param name="stream">The random numbers.</param>
    /// <param name="x">Input, (count); null where the operation reads none.</param>
    /// <param name="y">Output, (count); may be x.</param>
    /// <param name="count">Elements, at most 2^34.</param>
    public static void Run<TOp>(WorkerTeam? team, TOp operation, RandomStream stream, float* x, float* y, long count)
        where TOp : unmanaged, IRandomOperation
    {
        Job<TOp> job = new() { Operation = operation, Stream = stream, X = x, Y = y, Count = count, Width = Simd.Width };
        team.Dispatch(TeamExtensions.Chunks(count), ref job);
    }

    private struct Job<TOp> : ITeamJob
        where TOp : unmanaged, IRandomOperation
    {
        public TOp Operation;
        public RandomStream Stream;
        public float* X;
        public float* Y;
        public long Count;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            switch (Width)
            {
                case VectorWidth.Vector512: Loop<Lanes512>(part); break;
                case VectorWidth.Vector256: Loop<Lanes256>(part); break;
                default: Loop<Lanes128>(part); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Loop<TV>(int part)
            where TV : unmanaged, ILanes<TV>
        {
            long first = (long)part * TeamExtensions.ChunkCount;
            nint count = (nint)Math.Min(TeamExtensions.ChunkCount, Count - first);
            TOp operation = Operation;
            float* x = X + first;
            float* y = Y + first;
            long start = Stream.First + first;
            if ((start & 63) != 0)
            {
                Unaligned<TV>(operation, start, x, y, count);
                return;
            }

            for (nint i = 0; i < count; i += 64)
            {
                PhiloxLanes.Next(Stream, (start + i) >> 6, out TV w0, out TV w1, out TV w2, out TV w3);
                operation.Transform(ref w0, ref w1, ref w2, ref w3);
                if (i + 64 <= count)
                {
                    Store(operation, w0, x + i, y + i);
                    Store(operation, w1, x + i + 16, y + i + 16);
                    Store(operation, w2, x + i + 32, y + i + 32);
                    Store(operation, w3, x + i + 48, y + i + 48);
                }
                else
                {
                    StorePartial(operation, w0, x + i, y + i, count - i);
                    StorePartial(operation, w1, x + i + 16, y + i + 16, count - i - 16);
                    StorePartial(operation, w2, x + i + 32, y + i + 32, count - i - 32);
                    StorePartial(operation, w3, x + i + 48, y + i + 48, count - i - 48);
                }
            }
        }

        // Blocks of numbers that do not begin where blocks of elements do go by a buffer.
        private readonly void Unaligned<TV>(TOp operation, long start, float* x, float* y, nint count)
            where TV : unmanaged, ILanes<TV>
        {
            float* block = stackalloc float[64];
            nint skipped = (nint)(start & 63);
            for (nint i = -skipped; i < count; i += 64)
            {
                nint from = nint.Max(i, 0), length = nint.Min(i + 64, count) - from;
                if (TOp.ReadsInput) new ReadOnlySpan<float>(x + from, (int)length).CopyTo(new Span<float>(block + (from - i), (int)length));
                PhiloxLanes.Next(Stream, (start + i) >> 6, out TV w0, out TV w1, out TV w2, out TV w3);
                operation.Transform(ref w0, ref w1, ref w2, ref w3);
                Store(operation, w0, block, block);
                Store(operation, w1, block + 16, block + 16);
                Store(operation, w2, block + 32, block + 32);
                Store(operation, w3, block + 48, block + 48);
                new ReadOnlySpan<float>(block + (from - i), (int)length).CopyTo(new Span<float>(y + from, (int)length));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Store<TV>(TOp operation, TV made, float* x, float* y)
            where TV : unmanaged, ILanes<TV> => operation.Combine(made, TOp.ReadsInput ? TV.Load(x) : TV.Splat(0f)).Store(y);

        private static void StorePartial<TV>(TOp operation, TV made, float* x, float* y, nint count)
            where TV : unmanaged, ILanes<TV>
        {
            if (count <= 0) return;
            int lanes = (int)nint.Min(count, 16);
            operation.Combine(made, TOp.ReadsInput ? TV.LoadPartial(x, lanes) : TV.Splat(0f)).StorePartial(y, lanes);
        }
    }
}
