using System.Globalization;

namespace Sam.Native.Cuda;

/// <summary>What a device's memory is used for, by role.</summary>
internal sealed class MemoryAccount
{
    private readonly Dictionary<string, long> _roles = new(StringComparer.Ordinal);

    public long TotalBytes { get; private set; }

    public void Add(string role, long byteCount)
    {
        TotalBytes += byteCount;
        _roles[role] = _roles.GetValueOrDefault(role) + byteCount;
    }

    public void Remove(string role, long byteCount) => Add(role, -byteCount);

    public long Bytes(string role) => _roles.GetValueOrDefault(role);

    /// <summary>The roles with their megabytes, the largest first.</summary>
    public string Describe() => TotalBytes == 0
        ? "nothing"
        : string.Join(", ", _roles.Where(static r => r.Value > 0).OrderByDescending(static r => r.Value)
            .Select(static r => $"{r.Key} {Megabytes(r.Value)}"));

    public static string Megabytes(long byteCount) => (byteCount / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture) + " MiB";
}
