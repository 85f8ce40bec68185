using System.Runtime.InteropServices;

namespace Sam.Native.Cuda;

/// <summary>Finds functions by name for a table, and remembers the required ones that are missing.</summary>
/// <param name="find">Gives the address of a function, or 0 where there is none.</param>
internal sealed class EntryPoints(Func<string, nint> find)
{
    private readonly List<string> _missing = [];

    /// <summary>The required functions that were asked for and not found, in the order of asking.</summary>
    internal IReadOnlyList<string> Missing => _missing;

    /// <summary>Looks functions up in a loaded library.</summary>
    /// <param name="library">A handle from <see cref="NativeLibrary"/>.</param>
    /// <returns>The source of addresses.</returns>
    internal static EntryPoints Of(nint library) =>
        new(name => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0);

    /// <summary>A function that a table cannot do without.</summary>
    /// <param name="name">Its exact, versioned name.</param>
    /// <returns>Its address; 0 where it is missing, which is then remembered.</returns>
    internal nint Required(string name)
    {
        nint address = find(name);
        if (address == 0) _missing.Add(name);
        return address;
    }
}
