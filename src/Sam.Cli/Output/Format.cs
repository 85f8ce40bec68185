using System.Globalization;

namespace Sam.Cli.Output;

/// <summary>Numbers as people read them, the same in every country; what is not a number is a dash.</summary>
internal static class Format
{
    /// <summary>A share as a percentage with two decimals.</summary>
    public static string Percent(double share) => Finite(share, string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00} %"));

    /// <summary>A loss or a sharpness with four decimals; tiny and huge ones with an exponent.</summary>
    public static string Loss(double value) => Finite(
        value, value.ToString(Math.Abs(value) is (< 0.001 or >= 10_000) and not 0 ? "0.00e+0" : "0.0000", CultureInfo.InvariantCulture));

    /// <summary>A whole number with separators.</summary>
    public static string Count(double value) => Finite(value, value.ToString("#,##0", CultureInfo.InvariantCulture));

    /// <summary>A setting in as few digits as it takes.</summary>
    public static string Setting(double value) => ((float)value).ToString(CultureInfo.InvariantCulture);

    /// <summary>Seconds with one decimal.</summary>
    public static string Seconds(double seconds) => Finite(seconds, string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"));

    /// <summary>A time to go, as minutes and seconds.</summary>
    public static string Left(double seconds)
    {
        if (!double.IsFinite(seconds))
        {
            return "-:--";
        }

        TimeSpan time = TimeSpan.FromSeconds(Math.Ceiling(Math.Min(seconds, 359_999)));
        return time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
    }

    /// <summary>Bytes in megabytes of a million.</summary>
    public static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");

    private static string Finite(double value, string text) => double.IsFinite(value) ? text : "-";
}
