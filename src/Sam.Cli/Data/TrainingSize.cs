namespace Sam.Cli.Data;

/// <summary>How many images are trained on.</summary>
internal static class TrainingSize
{
    /// <summary>Compares the option with the set.</summary>
    /// <param name="option">Value of --train-size, or null for all.</param>
    /// <param name="available">Images of the training set.</param>
    /// <returns>The number of images to train on.</returns>
    /// <exception cref="CommandException">There are not so many.</exception>
    public static int Check(int? option, int available) =>
        option is not int size ? available
        : size <= available ? size
        : throw new CommandException($"--train-size takes at most the {available} images of the training set, not {size}.");
}
