namespace Sam.Emulator;

/// <summary>Gives objects the numbers that C callers know them by. A number is never given twice, so one that is no longer valid is found
/// out.</summary>
/// <remarks>One table for the process: handles carry their instance. Reading takes no lock.</remarks>
internal static class HandleTable
{
    // Below 16 are the special streams (0 default, 1 legacy, 2 per thread), and a small number is more likely a mistake than a handle.
    private const int FirstIndex = 16;

    private static readonly Lock Gate = new();
    private static readonly Stack<int> Free = new();
    private static volatile Slot[] _slots = new Slot[256];
    private static int _next = FirstIndex;

    /// <summary>Gives an object a number.</summary>
    /// <param name="target">The object.</param>
    /// <returns>The number, not 0, 1 or 2.</returns>
    internal static nint Add(object target)
    {
        lock (Gate)
        {
            if (!Free.TryPop(out int index)) index = _next++;
            Slot[] slots = _slots;
            if (index >= slots.Length)
            {
                Array.Resize(ref slots, slots.Length * 2);
                _slots = slots;
            }

            slots[index].Target = target;
            return (nint)(((long)slots[index].Generation << 32) | ((long)index << 4));
        }
    }

    /// <summary>Takes a number back.</summary>
    /// <param name="handle">A number from <see cref="Add"/>.</param>
    internal static void Remove(nint handle)
    {
        lock (Gate)
        {
            int index = (int)((handle >> 4) & 0xFFF_FFFF);
            _slots[index].Target = null;
            _slots[index].Generation = (_slots[index].Generation + 1) & 0x7FFF_FFFF;
            Free.Push(index);
        }
    }

    /// <summary>Finds the object with a number.</summary>
    /// <typeparam name="T">What it must be.</typeparam>
    /// <param name="handle">Any number.</param>
    /// <returns>The object; null where the number is not one of its kind, or no longer.</returns>
    internal static T? Find<T>(nint handle)
        where T : class
    {
        Slot[] slots = _slots;
        long index = (handle >> 4) & 0xFFF_FFFF;
        if ((handle & 15) != 0 || index < FirstIndex || index >= slots.Length) return null;
        Slot slot = slots[index];
        return slot.Generation == (int)((long)handle >> 32) ? slot.Target as T : null;
    }

    private struct Slot
    {
        public object? Target;
        public int Generation;
    }
}
