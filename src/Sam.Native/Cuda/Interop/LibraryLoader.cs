using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>Tries names and paths of a native library in order and fills a table from the first that has all its functions.</summary>
internal static class LibraryLoader
{
    /// <summary>Looks for a library.</summary>
    /// <typeparam name="TTable">The table of its functions.</typeparam>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="candidates">Names and paths to try, in order.</param>
    /// <param name="fill">Makes the table of what the library exports.</param>
    /// <param name="advice">What a person can do where none of them loads; ends the reason.</param>
    /// <returns>The functions, or the reason why they are not to be had.</returns>
    internal static LibraryProbe<TTable> Load<TTable>(
        string name, IEnumerable<string> candidates, Func<EntryPoints, TTable> fill, string advice)
        where TTable : class
    {
        List<string> tried = [];
        string tooOld = "";
        foreach (string candidate in candidates)
        {
            tried.Add(candidate);
            if (!NativeLibrary.TryLoad(candidate, out nint library)) continue;
            EntryPoints entries = EntryPoints.Of(library);
            TTable table = fill(entries);
            if (entries.Missing.Count == 0) return new LibraryProbe<TTable>(table, name, candidate, tried, "");
            tooOld += $" {candidate} loads but lacks {string.Join(", ", entries.Missing)}.";
            NativeLibrary.Free(library);
        }

        string reason = $"{name} was not found; tried {string.Join(", ", tried)}.{tooOld} {advice}";
        return new LibraryProbe<TTable>(null, name, "", tried, reason);
    }
}
