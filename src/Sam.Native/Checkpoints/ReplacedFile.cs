namespace Sam.Native;

/// <summary>A file that is written beside the one it replaces, and takes its place when it is whole.</summary>
internal sealed class ReplacedFile
{
    private const string Ending = ".tmp";

    private readonly string _target;
    private readonly string _temporary;

    /// <summary>Names the file; touches nothing.</summary>
    /// <param name="path">The file to replace, or a symbolic link to it; it need not be there.</param>
    public ReplacedFile(string path)
    {
        string full = Path.GetFullPath(path);
        bool isLink = new FileInfo(full).LinkTarget is not null;
        _target = isLink ? File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName : full;
        _temporary = $"{_target}.{Guid.NewGuid():N}{Ending}";
    }

    /// <summary>Deletes what programs that died left beside the target. A file that is being written is locked, and stays.</summary>
    public void RemoveLeftovers()
    {
        string? folder = Path.GetDirectoryName(_target);
        if (!Directory.Exists(folder))
        {
            return;
        }

        string start = Path.GetFileName(_target) + ".";
        foreach (string path in Directory.EnumerateFiles(folder, "*" + Ending))
        {
            ReadOnlySpan<char> name = Path.GetFileName(path.AsSpan());
            if (name.StartsWith(start, StringComparison.Ordinal) && Guid.TryParseExact(name[start.Length..^Ending.Length], "N", out _))
            {
                DeleteUnlocked(path);
            }
        }
    }

    /// <summary>Writes the file; where that fails, nothing stays of it.</summary>
    /// <param name="write">Calls <see cref="Create"/> and <see cref="Replace"/>.</param>
    public void Write(Action<ReplacedFile> write)
    {
        try
        {
            write(this);
        }
        catch
        {
            File.Delete(_temporary);
            throw;
        }
    }

    /// <summary>Begins the file.</summary>
    /// <param name="length">Bytes that it will have.</param>
    /// <returns>Takes the bytes; it is open, and so locked, until after <see cref="Replace"/>.</returns>
    public FileStream Create(long length)
    {
        FileStream stream = new(_temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Delete,
            BufferSize = 0,
            PreallocationSize = length,
        });
        try
        {
            if (!OperatingSystem.IsWindows() && File.Exists(_target))
            {
                File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(_target));
            }

            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Puts the file, with all its bytes on the disk, into the target's place.</summary>
    public void Replace() => File.Move(_temporary, _target, overwrite: true);

    private static void DeleteUnlocked(string path)
    {
        try
        {
            using FileStream locked = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else writes it, or owns it.
        }
    }
}
