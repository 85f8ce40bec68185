using System.Globalization;

namespace Sam.Native;

/// <summary>What the self-test of one family of kernels gave.</summary>
/// <param name="Family">The family, such as "linear" or "graph step".</param>
/// <param name="Passed">Whether every result was the CPU's, within the tolerance that the order of sums asks for.</param>
/// <param name="Time">How long it took, kernels' compilation included.</param>
/// <param name="Detail">What was compared and how close it was, or what went wrong.</param>
public sealed record SelfTestResult(string Family, bool Passed, TimeSpan Time, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Family}: {(Passed ? "passed" : "FAILED")} in {Time.TotalSeconds:0.00} s; {Detail}");
}
