using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>Tries names and paths of a native library in order and fills a table from the first that has all its functions.</summary>
internal static class LibraryLoader
{
    /// <summary>Looks for a library.</summary>
    /// <typeparam name="TTable">The table of its functions.</typeparam>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="candidates">Names and paths to try, in order.</param>
    /// <param name="driverVersion">The CUDA version that the driver supports, 12040 for 12.4; candidates of a later release are left out. 0 where
    /// that is not known or of no matter.</param>
    /// <param name="fill">Makes the table of what the library exports.</param>
    /// <param name="advice">What a person can do where none of them loads; ends the reason.</param>
    /// <returns>The functions, or the reason why they are not to be had.</returns>
    internal static LibraryProbe<TTable> Load<TTable>(
        string name, IEnumerable<LibraryCandidate> candidates, int driverVersion, Func<EntryPoints, TTable> fill, string advice)
        where TTable : class
    {
        List<string> tried = [];
        string unfit = "", tooNew = "";
        foreach (LibraryCandidate found in candidates)
        {
            string candidate = found.Path;
            if (!found.Fits(driverVersion))
            {
                tooNew += $"{(tooNew.Length > 0 ? ", " : "")}{candidate}";
                continue;
            }

            tried.Add(candidate);
            if (!NativeLibrary.TryLoad(candidate, out nint library)) continue;
            EntryPoints entries = EntryPoints.Of(library);
            TTable table = fill(entries);
            if (entries.Missing.Count == 0) return new LibraryProbe<TTable>(table, name, candidate, tried, "");
            unfit += $" {candidate} loads but lacks {string.Join(", ", entries.Missing)}.";
            NativeLibrary.Free(library);
        }

        if (tooNew.Length > 0) unfit += $" Left out, as the driver supports CUDA {CudaAvailability.Version(driverVersion)} and not theirs: {tooNew}.";
        string reason = $"{name} was not found; tried {string.Join(", ", tried)}.{unfit} {advice}";
        return new LibraryProbe<TTable>(null, name, "", tried, reason);
    }
}
