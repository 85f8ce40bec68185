using System.Text;
using System.Text.RegularExpressions;

namespace Sam.Native.Cuda;

/// <summary>What a compilation gave.</summary>
/// <param name="Ptx">The PTX as UTF-8 with a closing zero byte, ready for <c>cuModuleLoadData</c>.</param>
/// <param name="Cubin">The machine code; empty unless the architecture was a real one (<c>sm_80</c>).</param>
/// <param name="Log">Warnings and reports; empty where there were none.</param>
public sealed partial record NvrtcOutput(byte[] Ptx, byte[] Cubin, string Log)
{
    /// <summary>The version of PTX that <see cref="PortablePtx"/> is of: that of CUDA 12.0, which every driver from 525 on takes.</summary>
    public static Version PortableVersion { get; } = new(8, 0);

    /// <summary>The PTX as text that older drivers take too. The compiler marks all it writes with the version of its own release, which a driver
    /// of an earlier one refuses, whatever is in it; and it adds hints on the bytes that a load needs, which no driver depends on.</summary>
    /// <returns>The text without the closing zero byte, of version <see cref="PortableVersion"/> where it was of a later one.</returns>
    /// <remarks>PTX of kernels that need instructions of a later version than 8.0 must be kept as it is.</remarks>
    public string PortablePtx()
    {
        string ptx = HintPattern().Replace(Encoding.UTF8.GetString(Ptx).TrimEnd('\0'), "");
        Match version = VersionPattern().Match(ptx);
        return version.Success && Version.Parse(version.Groups[1].Value) > PortableVersion
            ? string.Concat(ptx.AsSpan(0, version.Groups[1].Index), PortableVersion.ToString(), ptx.AsSpan(version.Groups[1].Index + version.Groups[1].Length))
            : ptx;
    }

    /// <summary>The version that PTX says it is of.</summary>
    /// <param name="ptx">The PTX, or machine code.</param>
    /// <returns>The version; null where the image is no PTX.</returns>
    internal static Version? VersionOf(ReadOnlySpan<byte> ptx)
    {
        const int HeadBytes = 4096;
        Match version = VersionPattern().Match(Encoding.UTF8.GetString(ptx[..Math.Min(ptx.Length, HeadBytes)]));
        return version.Success ? Version.Parse(version.Groups[1].Value) : null;
    }

    [GeneratedRegex(@"^\s*\.version\s+(\d+\.\d+)", RegexOptions.Multiline)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"^[ \t]*\.pragma ""used_bytes_mask [^""]*"";\n", RegexOptions.Multiline)]
    private static partial Regex HintPattern();
}
