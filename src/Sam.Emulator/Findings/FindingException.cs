using System.Text;

namespace Sam.Emulator;

/// <summary>Says in a test what the emulator found.</summary>
public sealed class FindingException : Exception
{
    internal FindingException(IReadOnlyList<Finding> findings)
        : base(Text(findings), findings.FirstOrDefault(finding => finding.Fault is not null)?.Fault) => Findings = findings;

    /// <summary>Everything that was found, oldest first.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    private static string Text(IReadOnlyList<Finding> findings)
    {
        StringBuilder text = new();
        text.Append(findings.Count == 1 ? "The emulator found a mistake:" : $"The emulator found {findings.Count} mistakes:");
        foreach (Finding finding in findings) text.Append('\n').Append(finding);
        return text.ToString();
    }
}
