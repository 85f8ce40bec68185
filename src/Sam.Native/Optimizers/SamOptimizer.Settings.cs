namespace Sam.Native;

public sealed partial class SamOptimizer
{
    // Whatever changes a bit of a later step, but for the learning rate, rho and the loss scale, which a checkpoint has as numbers.
    private SettingList Settings()
    {
        SettingList settings = new();
        settings.Of("").Add("BaseOptimizer", BaseOptimizer.GetType().Name);
        BaseOptimizer.Describe(settings.Of($"{BaseOptimizer.GetType().Name}."));
        settings.Add("DecoupledDecay", BaseOptimizer.DecoupledDecay);
        Perturbation.Describe(settings.Of("Perturbation."));
        Options.Combination.Describe(settings.Of("Combination."));
        Options.Describe(settings.Of("SamOptions."));
        settings.Of("Model.").Add("UpdateStatisticsInBothPasses", Model.UpdateStatisticsInBothPasses);
        settings.Of("group of ");
        for (int i = 0; i < Model.Parameters.Count; i++)
        {
            settings.Add(Model.Parameters[i].Name, DescribeGroup(_plan.TensorGroups[i]));
        }

        return settings;
    }

    // The number tells apart groups of the same settings, whose sums are made in other orders.
    private string DescribeGroup(int group) => group < 0
        ? "frozen"
        : FormattableString.Invariant(
            $"{group} (learning rate times {_plan.Updates[group].LearningRateFactor}, weight decay {_plan.Updates[group].WeightDecay}, rho times {_plan.RhoFactors[group]}, ")
            + $"{(_plan.IsAdaptive[group] ? "adaptive" : "not adaptive")}, {(_plan.IsPerturbed[group] ? "perturbed" : "not perturbed")})";
}
