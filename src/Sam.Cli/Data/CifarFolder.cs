namespace Sam.Cli.Data;

/// <summary>A folder with the six binary files of CIFAR-10.</summary>
internal sealed class CifarFolder : IDataFolder
{
    private const string FolderName = "cifar-10-batches-bin";
    private const int TrainingFiles = 5;

    private CifarFolder(string path) => Path = path;

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>Finds the folder that an option names, or the folder of that name in it.</summary>
    /// <param name="option">Value of --data.</param>
    /// <returns>The folder; whether its files are there is known when they are read.</returns>
    /// <exception cref="CommandException">There is no such folder, or none was named.</exception>
    public static CifarFolder Find(string? option)
    {
        if (option is null)
        {
            throw new CommandException(
                $"--data: this model is trained on CIFAR-10, whose licence keeps it out of this repository; name the folder with the files of its binary version ({FolderName}).");
        }

        string inner = System.IO.Path.Combine(option, FolderName);
        return Directory.Exists(inner) ? new CifarFolder(inner)
            : Directory.Exists(option) ? new CifarFolder(option)
            : throw new CommandException($"--data: there is no folder '{option}'.");
    }

    /// <inheritdoc/>
    public ImageSet ReadTrainingSet()
    {
        string[] paths = new string[TrainingFiles];
        for (int i = 0; i < paths.Length; i++)
        {
            paths[i] = System.IO.Path.Combine(Path, $"data_batch_{i + 1}.bin");
        }

        return CifarSet.Read(paths);
    }

    /// <inheritdoc/>
    public ImageSet ReadTestSet() => CifarSet.Read(System.IO.Path.Combine(Path, "test_batch.bin"));
}
