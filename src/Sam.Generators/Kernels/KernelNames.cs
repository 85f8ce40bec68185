using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Sam.Generators.Kernels;

/// <summary>C# names from C names.</summary>
internal static class KernelNames
{
    /// <summary>sam_norm and samNorm and SAM_NORM become SamNorm.</summary>
    public static string Pascal(string name)
    {
        bool shouting = name.ToUpperInvariant() == name;
        StringBuilder result = new();
        bool start = true;
        foreach (char c in name)
        {
            if (!char.IsLetterOrDigit(c))
            {
                start = true;
                continue;
            }

            if (result.Length == 0 && char.IsDigit(c)) result.Append('_');
            result.Append(start ? char.ToUpperInvariant(c) : shouting ? char.ToLowerInvariant(c) : c);
            start = false;
        }

        return result.Length == 0 ? "_" : result.ToString();
    }

    /// <summary>sum_sq and SUM_SQ become sumSq; a keyword gets an @ before it.</summary>
    public static string Camel(string name)
    {
        string pascal = Pascal(name);
        string camel = char.ToLowerInvariant(pascal[0]) + pascal.Substring(1);
        return SyntaxFacts.GetKeywordKind(camel) == SyntaxKind.None ? camel : "@" + camel;
    }
}
