namespace Sam.Generators.Models.Programs;

/// <summary>When a call is made.</summary>
internal enum Condition
{
    /// <summary>In every pass.</summary>
    Always,

    /// <summary>In training only.</summary>
    Training,

    /// <summary>In evaluation only.</summary>
    Evaluation,
}

/// <summary>One call of the generated passes.</summary>
/// <param name="Node">The layer it belongs to.</param>
/// <param name="Condition">In which passes.</param>
/// <param name="Needs">What has to be needed for it, as C#; empty for nothing.</param>
/// <param name="Method">The method.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record Call(Node Node, Condition Condition, string Needs, string Method, IReadOnlyList<Argument> Arguments)
{
    /// <summary>The statement as C#; call it when the memory is planned.</summary>
    public override string ToString()
    {
        string mode = Condition switch
        {
            Condition.Training => "pass.Training",
            Condition.Evaluation => "!pass.Training",
            _ => "",
        };
        string condition = mode.Length > 0 && Needs.Length > 0 ? $"{mode} && {Needs}" : mode + Needs;
        return $"{(condition.Length > 0 ? $"if ({condition}) " : "")}{Method}({string.Join(", ", Arguments)});";
    }
}
