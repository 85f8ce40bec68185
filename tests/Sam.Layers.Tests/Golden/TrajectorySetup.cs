using System.Text.Json;
using Sam.Native;

namespace Sam.Layers.Tests.Golden;

/// <summary>Turns the description of a reference run into an optimizer.</summary>
internal static class TrajectorySetup
{
    /// <summary>The run's model at its start.</summary>
    public static Model Model(GoldenCase run, Device device)
    {
        string name = run.Description.GetProperty("model").GetProperty("name").GetString()!;
        Model model = name switch
        {
            "mlp" => new GoldenMlp(device, batchSize: 16),
            "lnmlp" => new GoldenLayerNorm(device, batchSize: 16),
            "cnn" => new GoldenCnn(device, batchSize: 16),
            "cnn_nobias" => new GoldenCnnWithoutBias(device, batchSize: 16),
            "resblock" => new GoldenResidual(device, batchSize: 16),
            _ => throw new NotSupportedException(name),
        };
        model.UpdateStatisticsInBothPasses = run.Description.GetProperty("bn_running_stats").GetString() == "both";
        foreach (Parameter parameter in model.Parameters)
        {
            parameter.Write(run.Floats("init." + parameter.Name));
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            if (!buffer.Info.IsInteger)
            {
                buffer.Write(run.Floats("init." + buffer.Name));
            }
        }

        return model;
    }

    public static SamOptimizer Optimizer(JsonElement description, Model model)
    {
        JsonElement sam = description.GetProperty("sam");
        JsonElement groups = description.GetProperty("param_groups");
        BaseOptimizer baseOptimizer = Base(description.GetProperty("optimizer").GetProperty("name").GetString()!, groups[0]);
        SamOptions options = Options(sam) with { Groups = [.. Frozen(description), .. Groups(groups, sam)] };
        return new SamOptimizer(model, baseOptimizer, Perturbed(sam), options);
    }

    public static float Number(JsonElement element, string name, float otherwise = 0) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetSingle() : otherwise;

    public static bool Flag(
        JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static BaseOptimizer Base(string name, JsonElement group)
    {
        float rate = Number(group, "lr"), decay = Number(group, "weight_decay"), epsilon = Number(group, "eps");
        return name switch
        {
            "SGD" => new Sgd(rate, Number(group, "momentum"), Number(group, "dampening"), decay, Flag(group, "nesterov")),
            "Adam" => new Adam(rate, Beta(group, 0), Beta(group, 1), epsilon, Flag(group, "amsgrad"), decay),
            "AdamW" => new AdamW(rate, Beta(group, 0), Beta(group, 1), epsilon, Flag(group, "amsgrad"), decay),
            "RMSprop" => new Rmsprop(rate, Number(group, "alpha"), epsilon, Number(group, "momentum"), Flag(group, "centered"), decay),
            "Adagrad" => new Adagrad(rate, Number(group, "lr_decay"), Number(group, "initial_accumulator_value"), epsilon, decay),
            _ => throw new NotSupportedException(name),
        };
    }

    private static float Beta(JsonElement group, int index) => group.GetProperty("betas")[index].GetSingle();

    private static Perturbation Perturbed(JsonElement sam)
    {
        string variant = sam.GetProperty("variant").GetString()!;
        float rho = Number(sam, "rho", Number(sam, "rho_max"));
        Perturbation plain = Flag(sam, "adaptive") ? Perturbation.Asam(rho, eta: 0, weightsOnly: false) : Perturbation.Sam(rho);
        return variant switch
        {
            "ASAM (davda54)" => Perturbation.Asam(rho, eta: 0, weightsOnly: false),
            "ASAM (SamsungLabs)" => Perturbation.Asam(rho, Number(sam, "eta")),
            "FriendlySAM (nblt)" => Perturbation.Friendly(rho, Number(sam, "sigma"), Number(sam, "lmbda"), FriendlyAverage.Code),
            "FriendlySAM (pytorch_optimizer)" =>
                Perturbation.Friendly(rho, Number(sam, "sigma"), Number(sam, "lmbda"), FriendlyAverage.Direction),
            "p-norm SAM" => Perturbation.Sam(rho, sam.GetProperty("p").ValueKind == JsonValueKind.String ? float.PositiveInfinity
                : Number(sam, "p")),
            "SAM" or "SAM (SamsungLabs)" or "GSAM" or "WSAM" or "m-SAM" => plain,
            _ when variant.StartsWith("LookSAM", StringComparison.Ordinal) => plain,
            _ => throw new NotSupportedException(variant),
        };
    }

    private static SamOptions Options(JsonElement sam)
    {
        string variant = sam.GetProperty("variant").GetString()!;
        SamOptions options = new();
        return variant switch
        {
            "GSAM" => options with { Combination = Combination.Gsam(Number(sam, "gsam_alpha")) },
            "WSAM" => options with { Combination = Combination.Wsam(Number(sam, "gamma"), Flag(sam, "decouple")) },
            "m-SAM" => options with { MicroBatch = (int)Number(sam, "m"), PerturbsEachMicroBatch = true },
            _ when variant.StartsWith("LookSAM", StringComparison.Ordinal) =>
                options with { Combination = Combination.LookSam((int)Number(sam, "k"), Number(sam, "alpha"), byTensor: true) },
            _ => options,
        };
    }

    private static IEnumerable<ParameterGroup> Frozen(JsonElement description)
    {
        HashSet<string> names = [.. description.GetProperty("frozen").EnumerateArray().Select(static name => name.GetString()!)];
        return names.Count == 0 ? [] : [ParameterGroup.Where("frozen", parameter =>
            names.Contains(parameter.Name)) with { IsFrozen = true }];
    }

    private static IEnumerable<ParameterGroup> Groups(JsonElement groups, JsonElement sam)
    {
        foreach (JsonElement group in groups.EnumerateArray())
        {
            HashSet<string> names = [.. group.GetProperty("params").EnumerateArray().Select(static name => name.GetString()!)];
            ParameterGroup result = ParameterGroup.Where("group", parameter => names.Contains(parameter.Name)) with
            {
                WeightDecay = Number(group, "weight_decay"),
                LearningRateFactor = Number(group, "lr") / Number(groups[0], "lr"),
            };
            float rho = Number(sam, "rho");
            if (group.TryGetProperty("rho", out _) && rho > 0 && groups.GetArrayLength() > 1)
            {
                result = result with { RhoFactor = Number(group, "rho") / rho };
            }

            if (group.TryGetProperty("adaptive", out _) && groups.GetArrayLength() > 1)
            {
                result = result with { IsAdaptive = Flag(group, "adaptive") };
            }

            yield return result;
        }
    }
}
