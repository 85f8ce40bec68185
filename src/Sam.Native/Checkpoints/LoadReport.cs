using System.Collections.Immutable;

namespace Sam.Native;

/// <summary>What loading a file into a model found: which of the model's tensors were not there, which of the file's have no place, which
/// do not fit.</summary>
public sealed record LoadReport
{
    /// <summary>The model's tensors that the file does not have; they keep their values.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>The model's counts of batches that the file does not have, although it has the running statistics beside them; they become
    /// 0.</summary>
    public ImmutableArray<string> ClearedCounts { get; init; } = [];

    /// <summary>The file's tensors that the model does not have; they are passed over.</summary>
    public ImmutableArray<string> Unexpected { get; init; } = [];

    /// <summary>Tensors of both with another shape or a type that does not convert; they keep their values.</summary>
    public ImmutableArray<TensorMismatch> Mismatched { get; init; } = [];

    /// <summary>Number of tensors that were read.</summary>
    public int LoadedCount { get; init; }

    /// <summary>Whether model and file have exactly the same tensors.</summary>
    public bool IsExact => !HasMisfit && ClearedCounts.IsEmpty;

    /// <summary>Whether strict loading refuses the file.</summary>
    internal bool HasMisfit => !Missing.IsEmpty || !Unexpected.IsEmpty || !Mismatched.IsEmpty;

    /// <summary>The report as one line.</summary>
    /// <returns>Such as "missing fc.bias; mis-shaped fc.weight (F32 10x84 expected, F32 10x120 found)", or "62 tensors loaded".</returns>
    public override string ToString()
    {
        List<string> parts = [];
        if (!HasMisfit) parts.Add($"{LoadedCount} tensors loaded");
        if (!Missing.IsEmpty) parts.Add($"missing {List(Missing)}");
        if (!Unexpected.IsEmpty) parts.Add($"unexpected {List(Unexpected)}");
        if (!Mismatched.IsEmpty) parts.Add($"mis-shaped {List(Mismatched.Select(static m => m.ToString()))}");
        if (!ClearedCounts.IsEmpty)
        {
            string more = ClearedCounts.Length > 1 ? $" and {ClearedCounts.Length - 1} more" : "";
            parts.Add($"counts not in the file, taken as 0: {SafeTensorsException.Shorten(ClearedCounts[0])}{more}");
        }

        return string.Join("; ", parts);
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(SafeTensorsException.Shorten));
}

/// <summary>A tensor that a model and a file have under one name, but not alike.</summary>
/// <param name="Name">The name.</param>
/// <param name="Expected">The model's type and shape, such as F32 10x84.</param>
/// <param name="Actual">The file's type and shape.</param>
public sealed record TensorMismatch(string Name, string Expected, string Actual)
{
    /// <summary>The mismatch in words.</summary>
    /// <returns>Such as fc.weight (F32 10x84 expected, F32 10x120 found).</returns>
    public override string ToString() => $"{Name} ({Expected} expected, {Actual} found)";
}
