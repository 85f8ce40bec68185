using Sam.Native;

namespace Sam.Cli.Devices;

/// <summary>How a device does.</summary>
/// <param name="Kind">cpu, cuda or emulated.</param>
/// <param name="Name">What it is.</param>
/// <param name="Memory">Its memory, in words.</param>
/// <param name="Failure">Why it could not be set up; empty where it could.</param>
/// <param name="SelfTest">A result for each family of kernels; none where it could not be set up.</param>
internal sealed record DeviceDiagnosis(string Kind, string Name, string Memory, string Failure, IReadOnlyList<SelfTestResult> SelfTest)
{
    /// <summary>Whether everything that was tried works.</summary>
    public bool Works => Failure.Length == 0 && SelfTest.All(static result => result.Passed);
}
