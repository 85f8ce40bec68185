using System.Globalization;

namespace Sam.Native.Cuda;

/// <summary>Whether a CUDA device can be used in this process, and if not, why.</summary>
/// <param name="Driver">What the search for the driver's library gave.</param>
/// <param name="InitResult">What <c>cuInit</c> answered; <see cref="CudaResult.NoDevice"/> (100) where there is a driver but no
/// GPU.</param>
/// <param name="DriverVersion">The CUDA version that the driver supports, 12040 for 12.4; 0 where it is not known.</param>
/// <param name="DeviceCount">Devices that answer.</param>
/// <param name="Reason">Why no device can be used; empty where one can.</param>
public sealed record CudaAvailability(
    LibraryProbe<CudaDriverTable> Driver, CudaResult InitResult, int DriverVersion, int DeviceCount, string Reason)
{
    /// <summary>Whether at least one device can be used.</summary>
    public bool IsAvailable => DeviceCount > 0;

    /// <summary>Initialises a driver and counts its devices.</summary>
    /// <param name="driver">What the search for the driver gave.</param>
    /// <returns>The outcome; no call's failure throws.</returns>
    internal static unsafe CudaAvailability Of(LibraryProbe<CudaDriverTable> driver)
    {
        if (!driver.IsAvailable) return new CudaAvailability(driver, CudaResult.NotInitialized, 0, 0, driver.Reason);

        CudaResult init = driver.Table.Init(0);
        int version = 0;
        driver.Table.DriverGetVersion(&version);
        if (init != CudaResult.Success)
        {
            CudaException error = CudaException.Of(driver.Table, init, "cuInit(0)");
            return new CudaAvailability(driver, init, version, 0, $"The CUDA driver {Version(version)} answers, but {error.Message}");
        }

        int count = 0;
        CudaResult counted = driver.Table.DeviceGetCount(&count);
        string reason = counted != CudaResult.Success
            ? CudaException.Of(driver.Table, counted, "cuDeviceGetCount").Message
            : count == 0 ? $"The CUDA driver {Version(version)} has no device." : "";
        return new CudaAvailability(driver, init, version, reason.Length == 0 ? count : 0, reason);
    }

    internal static string Version(int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");
}
