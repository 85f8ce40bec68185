using System.CommandLine;

namespace Sam.Cli.Commands;

/// <summary>Refuses options that go with another choice than the one that was made.</summary>
internal static class OptionUse
{
    /// <summary>Checks one option.</summary>
    /// <typeparam name="T">The choices.</typeparam>
    /// <param name="given">Where it may stand.</param>
    /// <param name="option">The option; a switch that is given as false asks for nothing.</param>
    /// <param name="choice">The option that chooses, such as --sam.</param>
    /// <param name="kind">What was chosen.</param>
    /// <param name="kinds">What it goes with.</param>
    /// <param name="hint">What else the message says.</param>
    /// <exception cref="CommandException">It has no effect.</exception>
    public static void CheckGoesWith<T>(this ParseResult given, Option option, string choice, T kind, T[] kinds, string hint = "")
        where T : struct, Enum
    {
        bool isAsked = option is Option<bool> flag ? given.GetValue(flag) : given.IsGiven(option);
        if (isAsked && !kinds.Contains(kind))
        {
            string names = string.Join(" or ", kinds).ToLowerInvariant();
            throw new CommandException($"{option.Name} has no effect with {choice} {kind.ToString().ToLowerInvariant()}; it goes with {names}{hint}.");
        }
    }
}
