namespace Sam.Cli;

/// <summary>Something the user can mend: a bad option, a file that is missing or broken. Printed as one line, without a stack trace.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.BadInput) : Exception(message)
{
    /// <summary>What the program ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
