using Sam.Cli.Devices;
using Sam.Native;
using Sam.Native.Cuda;

namespace Sam.Cli.Output;

/// <summary>What `sam doctor --json` prints: a line for each library, device and family of kernels, and one for the whole.</summary>
internal static class DoctorReport
{
    /// <summary>Prints a diagnosis.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="diagnosis">What was found.</param>
    public static void WriteJson(TextWriter output, Diagnosis diagnosis)
    {
        foreach (LibraryFacts library in diagnosis.Libraries) Write(output, library);
        foreach (DeviceDiagnosis device in diagnosis.Devices)
        {
            JsonLine.Write(output, json =>
            {
                json.WriteString("kind", device.Kind);
                json.WriteString("device", device.Name);
                json.WriteString("memory", device.Memory);
                json.WriteBoolean("works", device.Works);
                json.WriteString("failure", device.Failure);
            });
            foreach (SelfTestResult result in device.SelfTest) Write(output, device, result);
        }

        JsonLine.Write(output, json =>
        {
            json.WriteString("command", "doctor");
            json.WriteBoolean("works", diagnosis.AllWorks);
            json.WriteString("cacheFolder", CudaOptions.DefaultCacheFolder);
            json.WriteStartArray("advice");
            foreach (string advice in diagnosis.Advice) json.WriteStringValue(advice);
            json.WriteEndArray();
        });
    }

    private static void Write(TextWriter output, LibraryFacts library) => JsonLine.Write(output, json =>
    {
        json.WriteString("library", library.Name);
        json.WriteBoolean("available", library.IsAvailable);
        json.WriteString("version", library.Version);
        json.WriteString("path", library.Path);
        json.WriteStartArray("tried");
        foreach (string tried in library.Tried) json.WriteStringValue(tried);
        json.WriteEndArray();
        json.WriteString("reason", library.Reason);
    });

    private static void Write(TextWriter output, DeviceDiagnosis device, SelfTestResult result) => JsonLine.Write(output, json =>
    {
        json.WriteString("kind", device.Kind);
        json.WriteString("selfTest", result.Family);
        json.WriteBoolean("passed", result.Passed);
        json.WriteNumber("seconds", result.Time.TotalSeconds);
        json.WriteString("detail", result.Detail);
    });
}
