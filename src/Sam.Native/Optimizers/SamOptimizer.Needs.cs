namespace Sam.Native;

public sealed partial class SamOptimizer
{
    private readonly bool[] _trained;
    private readonly bool[] _chosen;

    // ESAM's choice is made before the first pass, which then computes the chosen tensors' gradients alone.
    private bool ChoosesFirst => Perturbation is { WeightFraction: < 1, SubsetNorm: SubsetNorm.Chosen };

    // A chosen tensor is moved further, so that the mean over choices is the whole perturbation.
    private float Stretch => ChoosesFirst ? 1 / Perturbation.WeightFraction : 1;

    /// <summary>Tells the model which gradients this optimizer reads, once and for all.</summary>
    private void AttachNeeds()
    {
        for (int i = 0; i < _trained.Length; i++)
        {
            _trained[i] = _plan.TensorGroups[i] >= 0;
        }

        Model.Needs.Attach(_trained);
        for (int i = 0; i < _trained.Length; i++)
        {
            if (!Model.Needs[i])
            {
                ClearGradient(i);
            }
        }
    }

    /// <summary>Asks for the gradients that the next first pass has to compute.</summary>
    private void AskForFirst()
    {
        if (_mode != StepMode.Full || !ChoosesFirst)
        {
            Model.Needs.Set(_trained);
            return;
        }

        RandomStream stream = new(Model.Seed, Model.StepNumber, MaskStream);
        for (int i = 0; i < _chosen.Length; i++)
        {
            _chosen[i] = _trained[i] && Philox.Uniform(stream, i) < Perturbation.WeightFraction;
        }

        Model.Needs.Set(_chosen);
    }

    // What a pass did not compute is still that of an earlier one.
    private void ClearUnchosen()
    {
        for (int i = 0; i < _chosen.Length; i++)
        {
            if (_trained[i] && !_chosen[i])
            {
                ClearGradient(i);
            }
        }
    }

    private void ClearGradient(int tensor)
    {
        Parameter parameter = Model.Parameters[tensor];
        Model.Device.Kernels.Fill(parameter.Count, 0, Model.GradientMemory + parameter.Offset);
    }
}
