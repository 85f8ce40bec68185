namespace Sam.Cli.Training;

/// <summary>Asks a run to end after the step under way.</summary>
internal sealed class StopSignal
{
    private volatile bool _requested;

    /// <summary>Whether somebody asked.</summary>
    public bool IsRequested => _requested;

    /// <summary>Asks.</summary>
    public void Request() => _requested = true;
}
