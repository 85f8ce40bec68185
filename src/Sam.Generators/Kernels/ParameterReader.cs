namespace Sam.Generators.Kernels;

/// <summary>Reads one parameter of a kernel.</summary>
internal static class ParameterReader
{
    private static readonly HashSet<string> Qualifiers =
        ["const", "volatile", "__restrict__", "__restrict", "restrict", "__grid_constant__", "struct", "enum", "register"];

    private static readonly HashSet<string> TypeWords =
        ["unsigned", "signed", "char", "short", "int", "long", "float", "double", "bool", "void"];

    /// <summary>Reads a parameter.</summary>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="kernel">The kernel's name.</param>
    /// <param name="problems">Receives why it cannot be bound.</param>
    /// <returns>The parameter; null where it cannot be bound.</returns>
    public static KernelParameter? Read(List<CudaToken> tokens, CudaToken kernel, List<KernelProblem> problems)
    {
        string declaration = Write(tokens);
        int start = tokens[0].Start, length = tokens[tokens.Count - 1].End - start;
        List<CudaToken> kept = [.. tokens.Where(token => !Qualifiers.Contains(token.Text))];
        int stars = kept.RemoveAll(token => token.Text == "*");
        CudaToken last = kept.Count > 0 ? kept[kept.Count - 1] : tokens[tokens.Count - 1];
        string? reason = Strange(kept);
        bool isNamed = kept.Count >= 2 && last.IsWord && !TypeWords.Contains(last.Text);
        if (!isNamed) reason ??= "it has no name, or its type is missing";
        if (reason is not null)
        {
            problems.Add(new KernelProblem(KernelRules.UnboundType, start, length, declaration, kernel.Text, reason));
            return null;
        }

        string type = string.Join(" ", kept.Take(kept.Count - 1).Select(token => token.Text));
        string? bound = stars switch
        {
            0 => KernelTypes.Scalar(type),
            1 => KernelTypes.Pointee(type),
            2 => "nint",
            _ => null,
        };
        if (bound is null)
        {
            reason = stars > 2 ? "pointers to pointers to pointers are not bound" : KernelTypes.WhyNot(type, stars > 0);
            if (reason is not null)
            {
                problems.Add(new KernelProblem(KernelRules.UnboundType, start, length, last.Text, kernel.Text, reason));
                return null;
            }

            bound = type;
        }

        string csharp = stars == 0 ? bound : $"global::Sam.Native.DevicePointer<{bound}>";
        return new KernelParameter(KernelNames.Camel(last.Text), csharp, declaration);
    }

    private static string? Strange(List<CudaToken> tokens)
    {
        foreach (CudaToken token in tokens)
        {
            string? reason = token.Text switch
            {
                "<" or ">" => "it is a template; name a struct instead",
                "&" => "a kernel takes no references",
                "[" or "]" => "an array is not passed by value; write a pointer, or a struct that holds it",
                "=" => "a kernel has no default arguments",
                "(" or ")" => "a function pointer of the host means nothing on the device",
                ":" => "names in namespaces are not bound; write a name at global scope",
                "." => "a kernel takes no variable arguments",
                _ => null,
            };
            if (reason is not null) return reason;
        }

        return null;
    }

    private static string Write(List<CudaToken> tokens)
    {
        string text = "";
        foreach (CudaToken token in tokens) text += token.Text is "*" or "&" || text.Length == 0 ? token.Text : " " + token.Text;
        return text;
    }
}
