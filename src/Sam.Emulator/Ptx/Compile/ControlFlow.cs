namespace Sam.Emulator.Ptx.Compile;

/// <summary>The basic blocks of a function and where the ways from each meet again.</summary>
internal sealed class ControlFlow
{
    private readonly List<int> starts = [];
    private readonly int[] blockOf;
    private readonly List<int>[] successors;
    private readonly int[] postDominator;

    /// <summary>Finds the blocks of instructions whose jumps are given.</summary>
    /// <param name="count">The number of instructions, the closing one included.</param>
    /// <param name="targets">Where each instruction may jump to; null for those that do not jump.</param>
    /// <param name="fallsThrough">Whether control may go on to the next instruction.</param>
    public ControlFlow(int count, int[]?[] targets, bool[] fallsThrough)
    {
        var isLeader = new bool[count + 1];
        isLeader[0] = true;
        for (int k = 0; k < count; k++)
        {
            if (targets[k] is int[] jump)
            {
                foreach (int target in jump)
                {
                    isLeader[target] = true;
                }

                isLeader[k + 1] = true;
            }
            else if (!fallsThrough[k])
            {
                isLeader[k + 1] = true;
            }
        }

        blockOf = new int[count];
        for (int k = 0; k < count; k++)
        {
            if (isLeader[k])
            {
                starts.Add(k);
            }

            blockOf[k] = starts.Count - 1;
        }

        int blocks = starts.Count;
        successors = new List<int>[blocks];
        for (int b = 0; b < blocks; b++)
        {
            int last = (b + 1 < blocks ? starts[b + 1] : count) - 1;
            successors[b] = [];
            foreach (int target in targets[last] ?? [])
            {
                successors[b].Add(blockOf[target]);
            }

            if (fallsThrough[last] && last + 1 < count)
            {
                successors[b].Add(blockOf[last + 1]);
            }
        }

        postDominator = FindPostDominators(blocks);
    }

    /// <summary>The block of an instruction.</summary>
    public int BlockOf(int instruction) => blockOf[instruction];

    /// <summary>The first instruction of the immediate post-dominator of an instruction's block; -1 when the ways meet only at the
    /// end.</summary>
    public int MeetingPlace(int instruction)
    {
        int block = postDominator[blockOf[instruction]];
        return block < 0 || block >= starts.Count ? -1 : starts[block];
    }

    /// <summary>Cooper, Harvey and Kennedy's iteration, on the reversed graph with one exit behind all blocks without a
    /// successor.</summary>
    private int[] FindPostDominators(int blocks)
    {
        int exit = blocks;
        var predecessors = new List<int>[blocks + 1];
        for (int b = 0; b <= blocks; b++)
        {
            predecessors[b] = [];
        }

        for (int b = 0; b < blocks; b++)
        {
            foreach (int s in successors[b])
            {
                predecessors[s].Add(b);
            }

            if (successors[b].Count == 0)
            {
                predecessors[exit].Add(b);
            }
        }

        var order = new List<int>();
        var number = new int[blocks + 1];
        Array.Fill(number, -1);
        var stack = new Stack<(int Block, int Next)>();
        stack.Push((exit, 0));
        var seen = new bool[blocks + 1];
        seen[exit] = true;
        while (stack.TryPop(out (int Block, int Next) top))
        {
            if (top.Next < predecessors[top.Block].Count)
            {
                stack.Push((top.Block, top.Next + 1));
                int p = predecessors[top.Block][top.Next];
                if (!seen[p])
                {
                    seen[p] = true;
                    stack.Push((p, 0));
                }
            }
            else
            {
                number[top.Block] = order.Count;
                order.Add(top.Block);
            }
        }

        var result = new int[blocks + 1];
        Array.Fill(result, -1);
        result[exit] = exit;
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int k = order.Count - 2; k >= 0; k--)
            {
                int b = order[k];
                int best = -1;
                foreach (int s in successors[b].Count == 0 ? [exit] : successors[b])
                {
                    if (result[s] >= 0)
                    {
                        best = best < 0 ? s : Intersect(result, number, best, s);
                    }
                }

                if (result[b] != best)
                {
                    result[b] = best;
                    changed = true;
                }
            }
        }

        return result[..blocks];
    }

    private static int Intersect(int[] dominator, int[] number, int a, int b)
    {
        while (a != b)
        {
            while (number[a] < number[b])
            {
                a = dominator[a];
            }

            while (number[b] < number[a])
            {
                b = dominator[b];
            }
        }

        return a;
    }
}
