using Sam.Native.Cpu;

namespace Sam.Native;

/// <summary>The arithmetic of a base optimizer for one element, written once for every register width. The struct holds the numbers of one
/// parameter group and step, and is handed to a device's kernel as it is.</summary>
internal interface IUpdateRule
{
    /// <summary>What the kernel is called on devices that compile their own.</summary>
    static abstract string KernelName { get; }

    /// <summary>Arenas the rule keeps, 0 to 3.</summary>
    static abstract int SlotCount { get; }

    /// <summary>Step size and weight decay of the group, which the loop around the rule applies.</summary>
    StepScalars Scalars { get; }

    /// <summary>The new weights.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="weights">s, the weights before the step, shrunk where the decay is decoupled.</param>
    /// <param name="gradient">d, with the decay in it where that is coupled.</param>
    /// <param name="slot0">First arena, updated.</param>
    /// <param name="slot1">Second arena, updated.</param>
    /// <param name="slot2">Third arena, updated.</param>
    /// <returns>w.</returns>
    TV Update<TV>(TV weights, TV gradient, ref TV slot0, ref TV slot1, ref TV slot2)
        where TV : unmanaged, ILanes<TV>;
}
