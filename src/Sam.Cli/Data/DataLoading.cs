using System.Runtime.ExceptionServices;

namespace Sam.Cli.Data;

/// <summary>Reads both sets of a folder on two threads of its own, while the program makes its model.</summary>
/// <remarks>Decompressing takes a third of a second on one core; it is the longest part of starting up.</remarks>
internal sealed class DataLoading
{
    private readonly Thread _trainThread;
    private readonly Thread _testThread;
    private ImageSet? _train;
    private ImageSet? _test;
    private Exception? _trainError;
    private Exception? _testError;

    private DataLoading(IDataFolder folder)
    {
        _trainThread = new Thread(() => Load(folder.ReadTrainingSet, ref _train, ref _trainError)) { IsBackground = true, Name = "training set" };
        _testThread = new Thread(() => Load(folder.ReadTestSet, ref _test, ref _testError)) { IsBackground = true, Name = "test set" };
    }

    /// <summary>Starts to read.</summary>
    /// <param name="folder">The files' folder.</param>
    /// <returns>The work under way.</returns>
    public static DataLoading Start(IDataFolder folder)
    {
        DataLoading loading = new(folder);
        loading._trainThread.Start();
        loading._testThread.Start();
        return loading;
    }

    /// <summary>Waits for both sets.</summary>
    /// <returns>The training set and the test set.</returns>
    /// <exception cref="CommandException">A file is missing or bad.</exception>
    public (ImageSet Train, ImageSet Test) Wait()
    {
        _testThread.Join();
        _trainThread.Join();
        if ((_trainError ?? _testError) is Exception error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return (_train!, _test!);
    }

    private static void Load(Func<ImageSet> read, ref ImageSet? set, ref Exception? error)
    {
        try
        {
            set = read();
        }
        catch (Exception e)
        {
            error = e;
        }
    }
}
