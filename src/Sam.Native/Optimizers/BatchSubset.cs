namespace Sam.Native;

/// <summary>Chooses the examples of a batch whose loss rose most under the perturbation (ESAM, arXiv:2110.03141, section 3.2).</summary>
internal sealed class BatchSubset
{
    private readonly Model _model;
    private readonly float[] _losses;
    private readonly float[] _rises;
    private readonly int[] _order;
    private readonly float[] _input;
    private readonly float[] _targets;
    private readonly int[] _labels;

    public BatchSubset(Model model)
    {
        _model = model;
        _losses = new float[model.BatchSize];
        _rises = new float[model.BatchSize];
        _order = new int[model.BatchSize];
        _input = new float[model.BatchSize * model.InputShape.Count];
        _targets = new float[model.BatchSize * model.OutputShape.Count];
        _labels = new int[model.BatchSize];
    }

    /// <summary>Keeps each example's loss of the last forward pass.</summary>
    public void RememberLosses(Loss loss, int examples) => _model.ReadExampleLosses(loss, _losses.AsSpan(0, examples));

    /// <summary>Loads the examples whose loss is furthest above the remembered one, in their order in the batch; of equal rises the earlier
    /// ones.</summary>
    /// <param name="input">The batch.</param>
    /// <param name="loss">Its loss.</param>
    /// <param name="examples">Examples B.</param>
    /// <param name="fraction">gamma; max(1, floor(gamma B)) examples are chosen.</param>
    /// <returns>The loss of the chosen examples.</returns>
    public Loss Choose(ReadOnlySpan<float> input, Loss loss, int examples, float fraction)
    {
        int count = Math.Max(1, (int)(fraction * (double)examples));
        Span<float> rises = _rises.AsSpan(0, examples);
        _model.ReadExampleLosses(loss, rises);
        for (int i = 0; i < examples; i++)
        {
            rises[i] -= _losses[i];
            _order[i] = i;
        }

        Order(rises, _order.AsSpan(0, examples));
        Span<int> chosen = _order.AsSpan(0, count);
        chosen.Sort();
        int values = _model.InputShape.Count, outputs = _model.OutputShape.Count;
        for (int i = 0; i < count; i++)
        {
            input.Slice(chosen[i] * values, values).CopyTo(_input.AsSpan(i * values));
            if (loss.Kind == LossKind.CrossEntropy)
            {
                _labels[i] = loss.Labels[chosen[i]];
            }
            else if (loss.Kind == LossKind.MeanSquaredError)
            {
                loss.Targets.Slice(chosen[i] * outputs, outputs).CopyTo(_targets.AsSpan(i * outputs));
            }
        }

        Loss part = loss.Kind switch
        {
            LossKind.CrossEntropy => Loss.CrossEntropy(_labels.AsSpan(0, count), loss.LabelSmoothing, loss.Reduction),
            LossKind.MeanSquaredError => Loss.MeanSquaredError(_targets.AsSpan(0, count * outputs), loss.Reduction),
            _ => Loss.Sum,
        };
        _model.LoadInput(_input.AsSpan(0, count * values));
        _model.LoadTargets(part);
        return part;
    }

    // Insertion sort, largest rise first, stable; NaN counts as the largest, so that it reaches the norm and skips the step.
    private static void Order(ReadOnlySpan<float> rises, Span<int> order)
    {
        for (int i = 1; i < order.Length; i++)
        {
            int item = order[i];
            float rise = rises[item];
            int j = i;
            while (j > 0 && (float.IsNaN(rise) ? !float.IsNaN(rises[order[j - 1]]) : rises[order[j - 1]] < rise))
            {
                order[j] = order[j - 1];
                j--;
            }

            order[j] = item;
        }
    }
}
