namespace Sam.Cli.Data;

/// <summary>A folder with a training set and a test set.</summary>
internal interface IDataFolder
{
    /// <summary>The folder.</summary>
    string Path { get; }

    /// <summary>Reads the training set.</summary>
    /// <returns>The set.</returns>
    /// <exception cref="CommandException">A file is missing or bad.</exception>
    ImageSet ReadTrainingSet();

    /// <summary>Reads the test set.</summary>
    /// <returns>The set.</returns>
    /// <exception cref="CommandException">A file is missing or bad.</exception>
    ImageSet ReadTestSet();
}
