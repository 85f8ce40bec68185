using System.Reflection;
using Sam.Native;

namespace Sam.Bench;

/// <summary>Which file of kernels a kernel is in.</summary>
internal static class KernelFamilies
{
    private const string Suffix = "Kernels";

    private static readonly Dictionary<string, string> s_families = Read();

    /// <summary>Every family, in the order of the alphabet.</summary>
    public static IReadOnlyList<string> All => [.. s_families.Values.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The family of a kernel, such as "sam_norm"; "cublas" for what no file of ours has.</summary>
    /// <param name="kernel">The kernel's name.</param>
    public static string Of(string kernel) =>
        s_families.GetValueOrDefault(kernel.Replace("_", "", StringComparison.Ordinal), "cublas");

    // The launch methods of a file's generated class are named as its kernels, in Pascal case.
    private static Dictionary<string, string> Read()
    {
        Dictionary<string, string> families = new(StringComparer.OrdinalIgnoreCase);
        foreach (Type type in typeof(DeviceKernels).Assembly.GetTypes())
        {
            bool generated = type.Namespace == "Sam.Native.Cuda" && type.Name.EndsWith(Suffix, StringComparison.Ordinal)
                && type.GetProperty("Source", BindingFlags.Public | BindingFlags.Static) is not null;
            if (!generated) continue;
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                families[method.Name] = Snake(type.Name[..^Suffix.Length]);
            }
        }

        return families;
    }

    private static string Snake(string name) =>
        string.Concat(name.Select(static (c, i) => char.IsUpper(c) ? $"{(i > 0 ? "_" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
