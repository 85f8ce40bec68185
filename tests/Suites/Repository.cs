namespace Sam.Tests;

/// <summary>The clone that the tests run in, found from their own folder: paths that the compiler writes are not the disk's in deterministic builds.</summary>
internal static class Repository
{
    /// <summary>The folder that has SamNative.sln.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SamNative.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"SamNative.sln was not found above {AppContext.BaseDirectory}.");
    }
}
