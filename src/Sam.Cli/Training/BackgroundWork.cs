using System.Runtime.ExceptionServices;

namespace Sam.Cli.Training;

/// <summary>Work on a thread of its own, so that the main thread can show how far it is.</summary>
internal sealed class BackgroundWork
{
    private readonly Thread _thread;
    private Exception? _error;

    /// <summary>Starts.</summary>
    /// <param name="work">The work.</param>
    public BackgroundWork(Action work)
    {
        _thread = new Thread(() => Run(work)) { IsBackground = true, Name = "training" };
        _thread.Start();
    }

    /// <summary>Waits a while.</summary>
    /// <param name="milliseconds">At most so long.</param>
    /// <returns>Whether the work is done.</returns>
    public bool Wait(int milliseconds) => _thread.Join(milliseconds);

    /// <summary>Waits for the end and passes an exception of the work on.</summary>
    public void Finish()
    {
        _thread.Join();
        if (_error is not null)
        {
            ExceptionDispatchInfo.Throw(_error);
        }
    }

    private void Run(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            _error = e;
        }
    }
}
