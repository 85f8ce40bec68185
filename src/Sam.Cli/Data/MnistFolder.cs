namespace Sam.Cli.Data;

/// <summary>A folder with the four files of MNIST, each plain or with .gz after its name.</summary>
internal sealed class MnistFolder : IDataFolder
{
    private const string TrainImages = "train-images-idx3-ubyte";
    private const string TrainLabels = "train-labels-idx1-ubyte";
    private const string TestImages = "t10k-images-idx3-ubyte";
    private const string TestLabels = "t10k-labels-idx1-ubyte";
    private static readonly string DefaultFolder = System.IO.Path.Combine("data", "mnist");

    private MnistFolder(string path) => Path = path;

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>Finds the folder that an option names, or the nearest data/mnist.</summary>
    /// <param name="option">Value of --data, or null to look from the current folder upwards, then from the program's.</param>
    /// <returns>The folder; whether its files are there is known when they are read.</returns>
    /// <exception cref="CommandException">There is no such folder.</exception>
    public static MnistFolder Find(string? option)
    {
        if (option is not null)
        {
            return Directory.Exists(option) ? new MnistFolder(option) : throw new CommandException($"--data: there is no folder '{option}'.");
        }

        string current = Directory.GetCurrentDirectory();
        string? found = FindUpwards(current) ?? FindUpwards(AppContext.BaseDirectory);
        return found is not null
            ? new MnistFolder(found)
            : throw new CommandException(
                $"--data: found no folder {DefaultFolder} in {current}, in {AppContext.BaseDirectory} or above them; name the folder with the four MNIST files.");
    }

    /// <inheritdoc/>
    public ImageSet ReadTrainingSet() => MnistSet.Read(File(TrainImages), File(TrainLabels));

    /// <inheritdoc/>
    public ImageSet ReadTestSet() => MnistSet.Read(File(TestImages), File(TestLabels));

    private static string? FindUpwards(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, DefaultFolder);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private string File(string name)
    {
        string plain = System.IO.Path.Combine(Path, name);
        string compressed = plain + ".gz";
        return System.IO.File.Exists(compressed) ? compressed
            : System.IO.File.Exists(plain) ? plain
            : throw new CommandException($"{compressed}: there is no such file (nor one without .gz).");
    }
}
