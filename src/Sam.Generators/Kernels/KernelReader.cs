namespace Sam.Generators.Kernels;

/// <summary>Reads a file of CUDA C++: its <c>extern "C" __global__</c> functions and the constants that a compiler option can
/// set.</summary>
internal static class KernelReader
{
    private static readonly HashSet<string> Attributes =
        ["__launch_bounds__", "__cluster_dims__", "__maxnreg__", "__attribute__", "alignas", "__align__"];

    private static readonly HashSet<string> Specifiers = ["extern", "static", "inline", "__forceinline__", "__global__", "constexpr"];

    /// <summary>Reads a file.</summary>
    /// <param name="fileName">Its name without folders.</param>
    /// <param name="text">Its text.</param>
    /// <param name="problems">What cannot be bound.</param>
    /// <returns>What its bindings are made of; null where there are problems or no kernels.</returns>
    public static KernelFile? Read(string fileName, string text, out List<KernelProblem> problems)
    {
        problems = [];
        List<CudaToken> tokens = CudaLexer.Read(text);
        List<Kernel> kernels = [];
        foreach ((int start, int end) in Declarations(tokens))
        {
            if (ReadKernel(tokens, start, end, problems) is { } kernel) kernels.Add(kernel);
        }

        List<KernelConstant> constants = KernelConstantReader.Read(tokens);
        string stem = fileName.EndsWith(".cu", StringComparison.OrdinalIgnoreCase) ? fileName.Substring(0, fileName.Length - 3) : fileName;
        CheckNames(kernels, constants, problems);
        return problems.Count > 0 || kernels.Count == 0
            ? null
            : new KernelFile(fileName, KernelNames.Pascal(stem) + "Kernels", text, new(kernels), new(constants));
    }

    /// <summary>The functions with C linkage, each from its first token to its body or semicolon.</summary>
    private static IEnumerable<(int Start, int End)> Declarations(List<CudaToken> tokens)
    {
        for (int i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i].Text != "extern" || tokens[i + 1].Text != "\"C\"") continue;
            if (i + 2 < tokens.Count && tokens[i + 2].Text == "{")
            {
                int close = Match(tokens, i + 2);
                for (int j = i + 3; j < close; j++)
                {
                    int end = BodyOf(tokens, j);
                    if (IsKernel(tokens, j, end)) yield return (j, end);
                    j = end < tokens.Count && tokens[end].Text == "{" ? Match(tokens, end) : end;
                }

                i = close;
            }
            else
            {
                int end = BodyOf(tokens, i);
                if (IsKernel(tokens, i, end)) yield return (i, end);
                i = end < tokens.Count && tokens[end].Text == "{" ? Match(tokens, end) : end;
            }
        }
    }

    private static bool IsKernel(List<CudaToken> tokens, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (tokens[i].Text == "__global__") return end < tokens.Count && tokens[end].Text == "{";
        }

        return false;
    }

    /// <summary>The first brace or semicolon outside parentheses.</summary>
    private static int BodyOf(List<CudaToken> tokens, int start)
    {
        int depth = 0;
        for (int i = start; i < tokens.Count; i++)
        {
            string text = tokens[i].Text;
            if (text == "(") depth++;
            else if (text == ")") depth--;
            else if (depth <= 0 && text is "{" or ";" or "}") return i;
        }

        return tokens.Count;
    }

    /// <summary>The token that closes the one at a place.</summary>
    private static int Match(List<CudaToken> tokens, int open)
    {
        string opening = tokens[open].Text, closing = opening == "{" ? "}" : ")";
        int depth = 0;
        for (int i = open; i < tokens.Count; i++)
        {
            if (tokens[i].Text == opening) depth++;
            else if (tokens[i].Text == closing && --depth == 0) return i;
        }

        return tokens.Count;
    }

    private static Kernel? ReadKernel(List<CudaToken> tokens, int start, int end, List<KernelProblem> problems)
    {
        List<CudaToken> head = [];
        int open = start;
        for (; open < end && tokens[open].Text != "("; open++)
        {
            string text = tokens[open].Text;
            if (Attributes.Contains(text) && open + 1 < end && tokens[open + 1].Text == "(") open = Match(tokens, open + 1);
            else if (!Specifiers.Contains(text) && text != "\"C\"" && text[0] != '#') head.Add(tokens[open]);
        }

        int close = open < end ? Match(tokens, open) : end;
        CudaToken name = head.Count > 0 ? head[head.Count - 1] : tokens[start];
        if (head.Count < 2 || close >= end || !name.IsWord)
        {
            problems.Add(new KernelProblem(
                KernelRules.Unreadable, name.Start, name.Text.Length, name.Text, "it has no return type, name or parameter list"));
            return null;
        }

        if (tokens.Skip(start).Take(end - start).FirstOrDefault(token => token.Text[0] == '#') is { Text: not null } directive)
        {
            problems.Add(new KernelProblem(
                KernelRules.Unreadable, name.Start, name.Text.Length, name.Text, $"'{CudaLexer.Words(directive)[0]}' stands in it"));
            return null;
        }

        string returns = string.Join(" ", head.Take(head.Count - 1).Select(token => token.Text));
        if (returns != "void") problems.Add(new KernelProblem(KernelRules.NotVoid, name.Start, name.Text.Length, name.Text, returns));

        List<KernelParameter> parameters = [];
        bool isWhole = returns == "void";
        foreach (List<CudaToken> part in Split(tokens, open + 1, close))
        {
            if (ParameterReader.Read(part, name, problems) is { } parameter) parameters.Add(parameter);
            else isWhole = false;
        }

        if (!isWhole) return null;
        string signature = $"{name.Text}({string.Join(", ", parameters.Select(parameter => parameter.Declaration))})";
        return new Kernel(name.Text, KernelNames.Pascal(name.Text), signature, new(parameters));
    }

    private static IEnumerable<List<CudaToken>> Split(List<CudaToken> tokens, int start, int end)
    {
        List<CudaToken> part = [];
        int depth = 0;
        for (int i = start; i < end; i++)
        {
            string text = tokens[i].Text;
            if (text is "(" or "<" or "[" or "{") depth++;
            if (text is ")" or ">" or "]" or "}") depth--;
            if (text == "," && depth == 0)
            {
                yield return part;
                part = [];
                continue;
            }

            part.Add(tokens[i]);
        }

        // An empty list, or the single word void, is no parameter.
        if (part.Count > 1 || (part.Count == 1 && part[0].Text != "void")) yield return part;
    }

    private static void CheckNames(List<Kernel> kernels, List<KernelConstant> constants, List<KernelProblem> problems)
    {
        foreach (IGrouping<string, Kernel> same in kernels.GroupBy(kernel => kernel.MethodName).Where(group => group.Count() > 1))
        {
            Kernel[] both = [.. same.Take(2)];
            problems.Add(new KernelProblem(KernelRules.NamesCollide, 0, 0, "Kernels", both[0].Name, both[1].Name, same.Key));
        }

        IEnumerable<IGrouping<string, KernelConstant>> named = constants.GroupBy(constant => constant.ParameterName);
        foreach (IGrouping<string, KernelConstant> same in named.Where(group => group.Count() > 1))
        {
            KernelConstant[] both = [.. same.Take(2)];
            problems.Add(new KernelProblem(KernelRules.NamesCollide, 0, 0, "Constants", both[0].Name, both[1].Name, same.Key));
        }

        foreach (Kernel kernel in kernels)
        {
            IEnumerable<IGrouping<string, KernelParameter>> parameters = kernel.Parameters.GroupBy(parameter => parameter.Name);
            foreach (IGrouping<string, KernelParameter> same in parameters.Where(group => group.Count() > 1))
            {
                KernelParameter[] both = [.. same.Take(2)];
                problems.Add(
                    new KernelProblem(KernelRules.NamesCollide, 0, 0, "Parameters", both[0].Declaration, both[1].Declaration, same.Key));
            }
        }
    }
}
