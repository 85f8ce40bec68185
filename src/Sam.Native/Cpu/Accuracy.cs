namespace Sam.Native.Cpu;

/// <summary>Counts right answers.</summary>
internal static class Accuracy
{
    /// <summary>Rows whose largest score is at the label.</summary>
    /// <param name="scores">(B, K), row-major.</param>
    /// <param name="labels">(B).</param>
    /// <param name="classes">Classes K, at least 1.</param>
    /// <returns>The number of rows b with argmax_k scores[b, k] == labels[b]; the first of equal maxima counts, and a NaN is a maximum,
    /// as in torch.</returns>
    public static int CountCorrect(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int classes)
    {
        int correct = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            if (ArgMax(scores.Slice(row * classes, classes)) == labels[row]) correct++;
        }

        return correct;
    }

    /// <summary>The index of the first maximum; the first NaN where there is one.</summary>
    /// <param name="row">At least one value.</param>
    /// <returns>The index.</returns>
    public static int ArgMax(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int k = 0; k < row.Length; k++)
        {
            if (float.IsNaN(row[k])) return k;
            if (row[k] > row[best]) best = k;
        }

        return best;
    }
}
