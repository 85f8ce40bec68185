namespace Sam.Emulator.Execution;

/// <summary>The warp's part for branches, and for where their ways meet again.</summary>
internal sealed unsafe partial class Warp
{
    private const int MostPlaces = 4096;

    private readonly List<Convergence> places = [];
    private int placesUsed;

    /// <summary>Sends the lanes of <see cref="Mask"/> to a target; the others of the fragment go on.</summary>
    public void Branch(int target, int reconverge)
    {
        uint others = Active & ~Mask;
        if (others == 0)
        {
            Pc = target;
            return;
        }

        Block.Counters.DivergentBranches++;
        PushConvergence(reconverge);
        bool othersFirst = Block.Schedule.OthersFirst();
        if (othersFirst)
        {
            AddFragment(Mask, target, CurrentFrame, top);
            Active = others;
        }
        else
        {
            AddFragment(others, Pc, CurrentFrame, top);
            Active = Mask;
            Pc = target;
        }
    }

    /// <summary>Opens a meeting place for all lanes of the fragment, unless it is the innermost one already.</summary>
    public void PushConvergence(int pc)
    {
        if (pc < 0 || (top is not null && top.Pc == pc && top.Frame == CurrentFrame))
        {
            return;
        }

        SetTop(TakePlace(pc));
    }

    // A place may be looked at until the warp ends, so that places are used again by the next warp in this one's stead only.
    private Convergence TakePlace(int pc)
    {
        Convergence place;
        if (placesUsed < places.Count)
        {
            place = places[placesUsed++];
        }
        else
        {
            place = new Convergence();
            if (places.Count < MostPlaces)
            {
                places.Add(place);
                placesUsed++;
            }
        }

        place.Pc = pc;
        place.Frame = CurrentFrame;
        place.Parent = top;
        place.Expected = Active;
        place.Arrived = 0;
        return place;
    }

    /// <summary>Splits a part of the running fragment off, to go on elsewhere; the rest keeps running.</summary>
    public void SplitOff(uint mask, int pc)
    {
        AddFragment(mask, pc, CurrentFrame, top);
        Active &= ~mask;
    }

    /// <summary>Ends lanes of the running fragment.</summary>
    public void Exit(uint mask)
    {
        Live &= ~mask;
        for (Frame? frame = CurrentFrame; frame is not null;)
        {
            Frame? caller = frame.Caller;
            frame.Live &= ~mask;
            if (frame.Live == 0 && caller is not null)
            {
                ReturnFrame(frame);
            }

            frame = caller;
        }

        Forget(mask, top);
        Active &= ~mask;
        if (Active == 0)
        {
            hasCurrent = false;
            Interrupt();
        }

        Block.LanesExited(this);
    }

    /// <summary>Takes lanes off the lists of those that may still come, from a meeting place outwards.</summary>
    private void Forget(uint mask, Convergence? from, Convergence? until = null)
    {
        for (Convergence? place = from; place != until && place is not null;)
        {
            Convergence? parent = place.Parent;
            place.Expected &= ~mask;
            if (place.Expected == place.Arrived && place.Arrived != 0)
            {
                AddFragment(place.Arrived, place.Pc, place.Frame, parent);
                place.Arrived = 0;
                place.Expected = 0;
            }

            place = parent;
        }
    }

    private void Arrive()
    {
        Convergence place = top!;
        place.Arrived |= Active;
        hasCurrent = false;
        if (place.Arrived == place.Expected)
        {
            Active = place.Arrived;
            Pc = place.Pc;
            SetFrame(place.Frame);
            SetTop(place.Parent);
            hasCurrent = true;
            polls = 0;
        }
    }

    /// <summary>Lets lanes that wait at meeting places go on without those that have not come.</summary>
    private bool ReleaseWaiting()
    {
        bool any = false;
        if (hasCurrent)
        {
            any = ReleaseChain(top);
        }

        for (int k = fragments.Count - 1; k >= 0; k--)
        {
            any |= ReleaseChain(fragments[k].Top);
        }

        return any;
    }

    private bool ReleaseChain(Convergence? place)
    {
        bool any = false;
        for (; place is not null; place = place.Parent)
        {
            if (place.Arrived != 0)
            {
                uint arrived = place.Arrived;
                place.Arrived = 0;
                place.Expected &= ~arrived;
                AddFragment(arrived, place.Pc, place.Frame, place.Parent);
                any = true;
            }
        }

        return any;
    }
}
