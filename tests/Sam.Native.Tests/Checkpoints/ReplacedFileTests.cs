namespace Sam.Native.Tests.Checkpoints;

/// <summary>What a save does to what lies at its path, and beside it.</summary>
public sealed class ReplacedFileTests
{
    [Fact]
    public void LeftoversOfDeadSaves_GoWithTheNextSave_AndNothingElseDoes()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.safetensors"), id = Guid.NewGuid().ToString("N");
        string dead = $"{path}.{id}.tmp", alive = $"{path}.{Guid.NewGuid():N}.tmp";
        string[] others =
        [
            folder.File($"other.safetensors.{id}.tmp"), folder.File("model.safetensors.backup.tmp"), folder.File($"model.safetensors.{id}.bak"),
            folder.File($"model.safetensors{id}.tmp"),
        ];
        foreach (string file in (string[])[dead, .. others])
        {
            File.WriteAllText(file, "half");
        }

        using (FileStream written = new(alive, FileMode.CreateNew, FileAccess.Write, FileShare.Delete))
        {
            Save(path, 1);
            Assert.Equal([.. others.Append(alive).Append(path).Order(StringComparer.Ordinal)], Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal));
        }

        Save(path, 2);
        Assert.False(File.Exists(alive));
        Assert.All(others, static other => Assert.Equal("half", File.ReadAllText(other)));
        Assert.Equal(2, Read(path));
    }

    [Fact]
    public void ReplacedFile_KeepsItsPermissions()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using TemporaryFolder folder = new();
        string path = folder.File("model.safetensors"), fresh = folder.File("fresh");
        Save(path, 1);
        File.WriteAllText(fresh, "");
        Assert.Equal(File.GetUnixFileMode(fresh), File.GetUnixFileMode(path));
        UnixFileMode[] modes =
        [
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite,
        ];
        foreach (UnixFileMode mode in modes)
        {
            File.SetUnixFileMode(path, mode);
            Save(path, 2);
            Assert.Equal(mode, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void LinkedFile_IsReplacedAndTheLinkStays()
    {
        using TemporaryFolder folder = new();
        string real = folder.File("real.safetensors"), middle = folder.File("middle"), link = folder.File("link");
        try
        {
            File.CreateSymbolicLink(middle, "real.safetensors");
            File.CreateSymbolicLink(link, middle);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            return;
        }

        // At first the link leads nowhere yet.
        foreach (float value in (float[])[1, 2])
        {
            Save(link, value);
            Assert.Equal(value, Read(real));
            Assert.Equal(middle, new FileInfo(link).LinkTarget);
            Assert.Equal("real.safetensors", new FileInfo(middle).LinkTarget);
            Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
        }
    }

    private static void Save(string path, float value)
    {
        SafeTensorsWriter writer = new();
        writer.Add<float>("v", [1], [value]);
        writer.Save(path);
    }

    private static float Read(string path)
    {
        using SafeTensorsFile file = SafeTensorsFile.Open(path);
        return file.ReadSingles("v")[0];
    }
}
