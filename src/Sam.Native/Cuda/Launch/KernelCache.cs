using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sam.Native.Cuda;

/// <summary>Compiled kernels in a folder, for later runs. Other processes may read and write it at the same time; a folder that cannot be
/// read or written is as good as none.</summary>
/// <param name="folder">Where the entries are; made when the first one is written.</param>
/// <remarks>An entry is a file named by the hash of everything that the compiler saw; it holds a mark, the hash of the image, the image.
/// It appears under its name only when it is whole, by a rename.</remarks>
internal sealed class KernelCache(string folder)
{
    private const string Extension = ".image";

    private static ReadOnlySpan<byte> Mark => "samnative kernel 1\n"u8;

    /// <summary>The user's cache folder; empty where there is none.</summary>
    public static string DefaultFolder => OperatingSystem.IsWindows()
        ? Below(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify))
        : UnixFolder(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME"),
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));

    /// <summary>Opens the cache that options ask for.</summary>
    /// <param name="folder">A folder; null for the user's cache folder, empty for no cache.</param>
    /// <returns>The cache, or null.</returns>
    public static KernelCache? Open(string? folder)
    {
        folder ??= DefaultFolder;
        return folder.Length == 0 ? null : new KernelCache(folder);
    }

    /// <summary>The user's cache folder outside Windows, as the XDG base directory specification has it.</summary>
    /// <param name="cacheHome">XDG_CACHE_HOME; ignored unless it is an absolute path.</param>
    /// <param name="home">The home folder; empty where there is none.</param>
    /// <returns>The folder of this library in it; empty where there is none.</returns>
    public static string UnixFolder(string? cacheHome, string home) =>
        Path.IsPathFullyQualified(cacheHome ?? "") ? Below(cacheHome!) : home.Length == 0 ? "" : Below(Path.Combine(home, ".cache"));

    /// <summary>The name of an entry: a hash of all that makes the image what it is.</summary>
    /// <param name="source">The file of kernels.</param>
    /// <param name="options">Compiler options, the architecture and the constants among them.</param>
    /// <param name="headers">Headers by name.</param>
    /// <param name="compiler">The compiler's version.</param>
    /// <returns>Hexadecimal digits.</returns>
    public static string Key(
        in KernelSource source, IReadOnlyList<string> options, IReadOnlyList<KeyValuePair<string, string>>? headers, Version compiler)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, source.Text);
        Append(hash, source.Name);
        Append(hash, string.Create(CultureInfo.InvariantCulture, $"NVRTC {compiler}"));
        Append(hash, string.Create(CultureInfo.InvariantCulture, $"{options.Count} options"));
        foreach (string option in options) Append(hash, option);
        foreach ((string name, string text) in headers ?? [])
        {
            Append(hash, name);
            Append(hash, text);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="key">Its name.</param>
    /// <returns>The image; null where there is none or it is damaged.</returns>
    public byte[]? Read(string key)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(PathOf(key));
        }
        catch (Exception exception) when (IsNoAccess(exception))
        {
            return null;
        }

        ReadOnlySpan<byte> rest = file;
        if (!rest.StartsWith(Mark) || rest.Length < Mark.Length + SHA256.HashSizeInBytes) return null;
        rest = rest[Mark.Length..];
        byte[] image = rest[SHA256.HashSizeInBytes..].ToArray();
        return SHA256.HashData(image).AsSpan().SequenceEqual(rest[..SHA256.HashSizeInBytes]) ? image : null;
    }

    /// <summary>Writes an entry, over what is there.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="image">The image.</param>
    public void Write(string key, ReadOnlySpan<byte> image)
    {
        string temporary = Path.Combine(folder, $"{key}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(Mark);
                file.Write(SHA256.HashData(image));
                file.Write(image);
            }

            File.Move(temporary, PathOf(key), overwrite: true);
        }
        catch (Exception exception) when (IsNoAccess(exception))
        {
            Remove(temporary);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (IsNoAccess(exception))
        {
            // A folder that refuses this too keeps the file; nobody takes it for an entry.
        }
    }

    private static bool IsNoAccess(Exception exception) => exception is IOException or UnauthorizedAccessException or NotSupportedException;

    private static string Below(string folder) => folder.Length == 0 ? "" : Path.Combine(folder, "samnative", "kernels");

    private static void Append(IncrementalHash hash, string text) => Append(hash, Encoding.UTF8.GetBytes(text));

    // With its length in front, so that no two lists of texts run together to the same bytes.
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> text)
    {
        hash.AppendData(BitConverter.GetBytes(text.Length));
        hash.AppendData(text);
    }

    private string PathOf(string key) => Path.Combine(folder, key + Extension);
}
