using System.Runtime.InteropServices;
using Sam.Cli.Training;

namespace Sam.Cli;

/// <summary>Ctrl-C (and SIGTERM): the first asks the run to end with a summary, the second ends the program at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private const string ShowCursor = "\e[?25h";

    private readonly StopSignal _stop;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    /// <summary>Listens from now on.</summary>
    /// <param name="stop">Takes the request.</param>
    public Interrupts(StopSignal stop)
    {
        _stop = stop;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (!_stop.IsRequested)
        {
            _stop.Request();
            context.Cancel = true;
        }
        else if (!Console.IsOutputRedirected)
        {
            // The display hides the cursor while it runs; a program that is killed must not leave the terminal so.
            Console.Out.Write(ShowCursor);
        }
    }
}
