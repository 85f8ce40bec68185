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
internal sealed record Call(Node Node, Condition Condition, string Method, IReadOnlyList<Argument> Arguments)
{
    /// <summary>The statement as C#; call it when the memory is planned.</summary>
    public override string ToString()
    {
        string condition = Condition switch
        {
            Condition.Training => "if (pass.Training) ",
            Condition.Evaluation => "if (!pass.Training) ",
            _ => "",
        };
        return $"{condition}{Method}({string.Join(", ", Arguments)});";
    }
}
