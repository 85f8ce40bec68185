using System.Diagnostics.CodeAnalysis;

namespace Sam.Native.Cuda;

/// <summary>The outcome of looking for a native library: its functions, or the reason why they are not to be had. Absence is a
/// value.</summary>
/// <typeparam name="TTable">The table of the library's functions.</typeparam>
public sealed class LibraryProbe<TTable>
    where TTable : class
{
    internal LibraryProbe(TTable? table, string name, string path, IReadOnlyList<string> tried, string reason)
    {
        Table = table;
        Name = name;
        Path = path;
        Tried = tried;
        Reason = reason;
    }

    /// <summary>The functions; null where <see cref="IsAvailable"/> is false.</summary>
    public TTable? Table { get; }

    /// <summary>What the library is called in messages, such as "NVRTC".</summary>
    public string Name { get; }

    /// <summary>The name or path that loaded; empty where none did.</summary>
    public string Path { get; }

    /// <summary>Every name and path that was tried, in order, the one that loaded last.</summary>
    public IReadOnlyList<string> Tried { get; }

    /// <summary>Why the library is not available, in a sentence that lists what was tried; empty where it is.</summary>
    public string Reason { get; }

    /// <summary>Whether the library loaded and has every function that the table needs.</summary>
    [MemberNotNullWhen(true, nameof(Table))]
    public bool IsAvailable => Table is not null;

    /// <summary>The functions, for callers that cannot go on without them.</summary>
    /// <returns>The table.</returns>
    /// <exception cref="PlatformNotSupportedException">The library is not available; the message is <see cref="Reason"/>.</exception>
    public TTable Require() => Table ?? throw new PlatformNotSupportedException(Reason);

    /// <inheritdoc/>
    public override string ToString() => IsAvailable ? $"{Name}: {Path}" : $"{Name}: not available. {Reason}";
}
