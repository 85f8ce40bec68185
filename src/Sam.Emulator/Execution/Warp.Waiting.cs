using System.Numerics;

namespace Sam.Emulator.Execution;

/// <summary>The warp's part for barriers and for operations that several lanes do together.</summary>
internal sealed unsafe partial class Warp
{
    private bool passes;

    /// <summary>Brings the lanes that a warp operation names together.</summary>
    /// <param name="slot">The offset of the register that holds the mask of the operation.</param>
    /// <param name="i">The operation.</param>
    /// <returns>Whether the lanes of <see cref="Mask"/> can go ahead; if not, they wait and will come again.</returns>
    public bool Gather(int slot, Instruction* i)
    {
        uint* masks = (uint*)(Frame + slot);
        uint members = masks[BitOperations.TrailingZeroCount(Mask)];
        uint others = 0;
        for (uint rest = Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            others |= masks[lane] != members ? 1u << lane : 0;
        }

        if (others != 0)
        {
            // Lanes with other masks do the operation on their own, after these.
            SplitOff(others, Pc - 1);
            Mask &= ~others;
            Interrupt();
        }

        Block.Checker?.OnWarpOperation(this, members);
        uint missing = members & Live & ~Mask;
        if (missing == 0 || passes)
        {
            passes = false;
            return true;
        }

        uint there = Mask;
        foreach (Fragment fragment in fragments)
        {
            if (fragment.Wait == Wait.WarpOperation && fragment.WaitFor == members)
            {
                there |= fragment.Mask;
            }
        }

        if ((members & Live & ~there) != 0)
        {
            Park(Pc - 1, Wait.WarpOperation, members);
            return false;
        }

        WakeAll(members, i);
        return true;
    }

    /// <summary>Stops the lanes of <see cref="Mask"/> until something happens; others of the fragment go on.</summary>
    public void Park(int pc, Wait wait, uint waitFor)
    {
        Fragment fragment = TakeSpare();
        fragment.Mask = Mask;
        fragment.Pc = pc;
        fragment.Frame = CurrentFrame;
        fragment.Top = top;
        fragment.Wait = wait;
        fragment.WaitFor = waitFor;
        fragments.Add(fragment);
        Active &= ~Mask;
        hasCurrent = Active != 0;
        Interrupt();
    }

    /// <summary>Lets the lanes go that wait at a barrier.</summary>
    /// <param name="barrier">The number of the barrier.</param>
    /// <param name="result">What a reduction gave; ignored for plain barriers.</param>
    public void PassBarrier(uint barrier, BlockBarrier result)
    {
        foreach (Fragment fragment in fragments)
        {
            if (fragment.Wait == Wait.Barrier && fragment.WaitFor == barrier)
            {
                fragment.Wait = Wait.None;
                Instruction* i = fragment.Frame.Function.Code + fragment.Pc - 1;
                result.StoreResult(i, fragment);
            }
        }
    }

    /// <summary>Whether some lanes wait at a barrier.</summary>
    public bool WaitsAtBarrier(out Fragment? waiting)
    {
        waiting = fragments.Find(static f => f.Wait == Wait.Barrier);
        return waiting is not null;
    }

    /// <summary>Lets warp operations go ahead whose missing lanes wait elsewhere and will not come.</summary>
    public bool ForceWarpOperations()
    {
        bool any = false;
        foreach (Fragment fragment in fragments)
        {
            if (fragment.Wait == Wait.WarpOperation)
            {
                Block.Checker?.OnLanesMissing(this, fragment);
                fragment.Wait = Wait.None;
                passes = true;
                any = true;
                break;
            }
        }

        return any;
    }

    private bool ResolveWarpWaits()
    {
        if (fragments.Exists(static f => f.Wait == Wait.Barrier))
        {
            return false;
        }

        // Lanes may have ended since; those that wait then are all that are left.
        foreach (Fragment fragment in fragments)
        {
            if (fragment.Wait == Wait.WarpOperation)
            {
                fragment.Wait = Wait.None;
                uint there = 0;
                foreach (Fragment other in fragments)
                {
                    there |= (other == fragment || other.Wait == Wait.WarpOperation) && other.WaitFor == fragment.WaitFor ? other.Mask : 0;
                }

                if ((fragment.WaitFor & Live & ~there) != 0)
                {
                    fragment.Wait = Wait.WarpOperation;
                    continue;
                }

                return true;
            }
        }

        return ForceWarpOperations();
    }

    /// <summary>Joins the fragments that wait for the same operation at the same place; others go ahead on their own.</summary>
    private void WakeAll(uint members, Instruction* i)
    {
        for (int k = fragments.Count - 1; k >= 0; k--)
        {
            Fragment other = fragments[k];
            if (other.Wait != Wait.WarpOperation || other.WaitFor != members)
            {
                continue;
            }

            other.Wait = Wait.None;
            if (other.Pc == Pc - 1 && other.Frame == CurrentFrame)
            {
                fragments.RemoveAt(k);
                Convergence? common = CommonAncestor(top, other.Top);
                Forget(other.Mask, other.Top, common);
                Forget(Active, top, common);
                SetTop(common);
                Active |= other.Mask;
                Mask |= other.Mask;
                spareFragments.Push(other);
                k = fragments.Count;
            }
            else if (i->Mode != WarpOperationModes.Barrier)
            {
                Block.Checker?.OnLanesElsewhere(this, other);
            }
            else
            {
                // A barrier of the warp may be met at several places; the operation is done for those who wait there.
                other.Pc++;
            }
        }

        Interrupt();
    }

    private static Convergence? CommonAncestor(Convergence? a, Convergence? b)
    {
        for (Convergence? x = a; x is not null; x = x.Parent)
        {
            for (Convergence? y = b; y is not null; y = y.Parent)
            {
                if (x == y)
                {
                    return x;
                }
            }
        }

        return null;
    }
}

/// <summary>The kinds of operations that lanes of a warp do together, packed in the mode of the instruction.</summary>
internal static class WarpOperationModes
{
    /// <summary>A barrier of the warp.</summary>
    public const int Barrier = 1 << 20;
}
