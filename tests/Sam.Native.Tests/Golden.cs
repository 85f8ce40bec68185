namespace Sam.Native.Tests;

/// <summary>The reference runs under tests/golden.</summary>
internal static class Golden
{
    /// <summary>Path of a file there.</summary>
    public static string Path(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = System.IO.Path.Combine(folder.FullName, "tests", "golden", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"tests/golden/{name} was not found above {AppContext.BaseDirectory}.");
    }

    /// <summary>Names of all files there.</summary>
    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(Path("a_sam_sgd_lnmlp.safetensors"))!, "*.safetensors")
            .Select(System.IO.Path.GetFileName)
            .Order(StringComparer.Ordinal)!;
}
