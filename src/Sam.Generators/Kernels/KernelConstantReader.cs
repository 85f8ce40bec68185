using System.Globalization;

namespace Sam.Generators.Kernels;

/// <summary>Finds the constants that a compiler option can set: <c>#ifndef NAME</c>, <c>#define NAME value</c>, <c>#endif</c>.</summary>
internal static class KernelConstantReader
{
    /// <summary>Reads them.</summary>
    /// <param name="tokens">The file's tokens.</param>
    /// <returns>The constants whose default is an int, float or bool literal, in the order of the file.</returns>
    public static List<KernelConstant> Read(List<CudaToken> tokens)
    {
        List<KernelConstant> constants = [];
        for (int i = 0; i + 2 < tokens.Count; i++)
        {
            if (tokens[i].Text[0] != '#' || tokens[i + 1].Text[0] != '#' || tokens[i + 2].Text[0] != '#') continue;
            string[] guard = CudaLexer.Words(tokens[i]), define = CudaLexer.Words(tokens[i + 1]), end = CudaLexer.Words(tokens[i + 2]);
            if (guard.Length != 2 || guard[0] != "ifndef" || define.Length != 3 || define[0] != "define" || define[1] != guard[1]) continue;
            if (end.Length == 0 || end[0] != "endif") continue;
            if (Literal(define[2]) is not (string type, string value)) continue;
            constants.Add(new KernelConstant(guard[1], KernelNames.Camel(guard[1]), type, value));
        }

        return constants;
    }

    private static (string Type, string Value)? Literal(string text)
    {
        if (text.Length > 2 && text[0] == '(' && text[text.Length - 1] == ')') text = text.Substring(1, text.Length - 2);
        if (text is "true" or "false") return ("bool", text);
        bool isInteger = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
        if (isInteger) return ("int", Helpers.Literal.Of(number));
        if (text.Length < 2 || text[text.Length - 1] is not ('f' or 'F')) return null;
        return float.TryParse(text.Substring(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out float real)
            ? ("float", Helpers.Literal.Of(real))
            : null;
    }
}
