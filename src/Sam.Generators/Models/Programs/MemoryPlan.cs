namespace Sam.Generators.Models.Programs;

/// <summary>Places storages in the activation block so that two that are ever needed at the same moment do not overlap.</summary>
/// <remarks>Largest first, each at the lowest aligned offset that is free over its whole life. Storages of the same size keep the order
/// of the program, so the plan
/// is a function of the program alone.</remarks>
internal static class MemoryPlan
{
    /// <summary>Elements that make 64 bytes: every value starts at a multiple of them, and since the batch multiplies offsets, stays
    /// aligned.</summary>
    public const int Alignment = 16;

    public static long Align(long count) => (count + Alignment - 1) / Alignment * Alignment;

    /// <summary>Gives each storage its offset.</summary>
    /// <returns>Elements of the block for one example.</returns>
    public static long Place(IEnumerable<Storage> storages)
    {
        List<Storage> placed = [];
        long end = 0;
        foreach (Storage storage in storages.OrderByDescending(static s => s.Count))
        {
            long offset = 0;
            foreach (Storage other in placed)
            {
                // In order of their offsets: the first gap that is wide enough is the lowest.
                if (other.First <= storage.Last && storage.First <= other.Last && offset + Align(storage.Count) > other.Offset)
                {
                    offset = Math.Max(offset, other.Offset + Align(other.Count));
                }
            }

            storage.Offset = offset;
            end = Math.Max(end, offset + Align(storage.Count));
            int index = placed.FindIndex(other => other.Offset > offset);
            placed.Insert(index < 0 ? placed.Count : index, storage);
        }

        return end;
    }
}
