using Sam.Emulator.Execution;
using Sam.Emulator.Ptx.Syntax;

namespace Sam.Emulator.Ptx.Compile;

/// <summary>Gives the registers of a function places in its frame; registers that are never needed at the same time share one.</summary>
/// <remarks>Linear scan over ranges of the text. A register that lives in one basic block, and is written before it is read there, needs
/// its
/// place from the first to the last mention; every other one also needs it throughout each loop that it is mentioned in. Places of 4 and of
/// 8 bytes a lane are kept apart, since lanes that went separate ways may be at different places of the text.</remarks>
internal sealed class RegisterAllocator
{
    private static readonly HashSet<string> WritesNothing = ["st", "red", "bra", "bar", "barrier", "call", "ret", "exit", "brx", "wmma",
        "prefetch", "prefetchu", "cp"];

    private readonly Dictionary<Register, (int First, int Last, int Block, bool IsLocal)> ranges = [];

    /// <summary>The most 32-bit registers that live at once.</summary>
    public int MostLive { get; private set; }

    /// <summary>Sets <see cref="Register.Slot"/> of every register and returns the first free byte of the frame.</summary>
    /// <param name="body">The instructions.</param>
    /// <param name="flow">Their blocks.</param>
    /// <param name="jumps">Where each may jump to.</param>
    /// <param name="start">The first byte to use.</param>
    public int Allocate(List<InstructionSyntax> body, ControlFlow flow, int[]?[] jumps, int start)
    {
        for (int k = 0; k < body.Count; k++)
        {
            InstructionSyntax i = body[k];
            int dot = i.Opcode.IndexOf('.', StringComparison.Ordinal);
            bool writes = i.Guard is null && !WritesNothing.Contains(dot < 0 ? i.Opcode : i.Opcode[..dot]);
            if (i.Guard is not null)
            {
                Mention(i.Guard, k, flow.BlockOf(k), false);
            }

            // Sources first: a register that an instruction both reads and writes is read before it is written.
            for (int n = i.Operands.Length - 1; n >= 0; n--)
            {
                Visit(i.Operands[n], k, flow.BlockOf(k), writes && n == 0);
            }
        }

        List<(int First, int Last)> loops = Loops(jumps, body.Count);
        var order = new List<(Register Register, int First, int Last)>();
        foreach ((Register register, (int first, int last, _, bool isLocal)) in ranges)
        {
            (int f, int l) = (first, last);
            if (!isLocal)
            {
                // Merged loops are disjoint: each that the range touches is taken in whole, and that reaches no other one.
                foreach ((int loopFirst, int loopLast) in loops)
                {
                    if (first <= loopLast && last >= loopFirst)
                    {
                        f = Math.Min(f, loopFirst);
                        l = Math.Max(l, loopLast);
                    }
                }
            }

            order.Add((register, f, l));
        }

        return Place(order, start);
    }

    private static List<(int First, int Last)> Loops(int[]?[] jumps, int count)
    {
        var loops = new List<(int, int)>();
        for (int k = 0; k < count; k++)
        {
            foreach (int target in jumps[k] ?? [])
            {
                if (target <= k)
                {
                    loops.Add((target, k));
                }
            }
        }

        // Loops that overlap count as one, so that a range need not be compared with each of many.
        loops.Sort();
        var merged = new List<(int First, int Last)>();
        foreach ((int first, int last) in loops)
        {
            if (merged.Count > 0 && first <= merged[^1].Last)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return merged;
    }

    private int Place(List<(Register Register, int First, int Last)> order, int start)
    {
        order.Sort(static (a, b) => a.First.CompareTo(b.First));
        var free = new Stack<int>[] { new(), new(), new() };
        var ends = new PriorityQueue<(int Class, int Slot), int>();
        int[] sizes = [4, Lane.Narrow, Lane.Wide];
        var used = new List<(Register Register, int Class, int Index)>();
        int[] made = [0, 0, 0];
        int live = 0;
        foreach ((Register register, int first, int last) in order)
        {
            while (ends.TryPeek(out (int Class, int Slot) ended, out int end) && end < first)
            {
                ends.Dequeue();
                free[ended.Class].Push(ended.Slot);
                live -= ended.Class;
            }

            int kind = register.Type == PtxType.Pred ? 0 : register.Type.Size() == 8 ? 2 : 1;
            if (!free[kind].TryPop(out int index))
            {
                index = made[kind]++;
            }

            live += kind;
            MostLive = Math.Max(MostLive, live);
            ends.Enqueue((kind, index), last);
            used.Add((register, kind, index));
        }

        int predicates = start;
        int narrow = (predicates + (made[0] * sizes[0]) + 63) & ~63;
        int wide = narrow + (made[1] * sizes[1]);
        int[] bases = [predicates, narrow, wide];
        foreach ((Register register, int kind, int index) in used)
        {
            register.Slot = bases[kind] + (index * sizes[kind]);
        }

        return wide + (made[2] * sizes[2]);
    }

    private void Visit(Operand operand, int at, int block, bool writes)
    {
        switch (operand)
        {
            case RegisterOperand r:
                Mention(r.Register, at, block, writes);
                break;
            case AddressOperand { Base: RegisterOperand r }:
                Mention(r.Register, at, block, false);
                break;
            case NegatedOperand n:
                Visit(n.Inner, at, block, false);
                break;
            case PairOperand p:
                Visit(p.First, at, block, writes);
                Visit(p.Second, at, block, writes);
                break;
            case VectorOperand v:
                Array.ForEach(v.Elements, e => Visit(e, at, block, writes));
                break;
            case ListOperand l:
                Array.ForEach(l.Elements, e => Visit(e, at, block, false));
                break;
        }
    }

    private void Mention(Register register, int at, int block, bool writes)
    {
        if (ranges.TryGetValue(register, out (int First, int Last, int Block, bool IsLocal) range))
        {
            ranges[register] = (range.First, at, range.Block, range.IsLocal && range.Block == block);
        }
        else
        {
            ranges.Add(register, (at, at, block, writes));
        }
    }
}
