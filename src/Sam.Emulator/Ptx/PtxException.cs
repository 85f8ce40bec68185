namespace Sam.Emulator;

/// <summary>PTX text that cannot be loaded: a mistake in it, or something that the emulator does not support.</summary>
public sealed class PtxException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="line">The line of the text, from 1.</param>
    /// <param name="instruction">The instruction or directive, as the text has it; may be empty.</param>
    /// <param name="reason">What is wrong with it.</param>
    public PtxException(int line, string instruction, string reason)
        : base(instruction.Length == 0 ? $"PTX line {line}: {reason}" : $"PTX line {line}: '{instruction}': {reason}")
    {
        Line = line;
        Instruction = instruction;
        Reason = reason;
    }

    /// <summary>The line of the text, from 1.</summary>
    public int Line { get; }

    /// <summary>The instruction or directive at fault.</summary>
    public string Instruction { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
