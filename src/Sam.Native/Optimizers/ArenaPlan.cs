namespace Sam.Native;

/// <summary>The parameter groups of one model, resolved into pieces of the arenas.</summary>
internal sealed class ArenaPlan : IDisposable
{
    private readonly DeviceMemory _pieces;
    private readonly DeviceMemory? _tensorPieces;
    private readonly DeviceMemory _partials;

    public ArenaPlan(
        Model model, IReadOnlyList<ParameterGroup> groups, BaseOptimizer baseOptimizer, Perturbation perturbation, bool byTensor)
    {
        ParameterCollection parameters = model.Parameters;
        TensorGroups = new int[parameters.Count];
        List<(ParameterGroup? Source, bool Adaptive, bool Perturbed)> resolved = [];
        for (int i = 0; i < parameters.Count; i++)
        {
            Parameter parameter = parameters[i];
            ParameterGroup? source = groups.FirstOrDefault(group => group.Selects(parameter));
            if (source is { IsFrozen: true })
            {
                TensorGroups[i] = -1;
                continue;
            }

            bool adaptive = perturbation.Scaling is PerturbationScaling.Elementwise or PerturbationScaling.Proportional
                && !(perturbation.ScalesWeightsOnly && IsShift(parameter.Role));
            adaptive = source?.IsAdaptive ?? adaptive;
            bool perturbed = (source?.IsPerturbed ?? true) && !(perturbation.NormalizationOnly && !IsNormalization(parameter.Role));
            perturbed &= perturbation.Direction != PerturbationDirection.None;
            int index = resolved.IndexOf((source, adaptive, perturbed));
            if (index < 0)
            {
                index = resolved.Count;
                resolved.Add((source, adaptive, perturbed));
            }

            TensorGroups[i] = index;
        }

        if (resolved.Count == 0)
        {
            throw new ArgumentException("Every parameter of the model is frozen; there is nothing to train.", nameof(groups));
        }

        if (perturbation.Direction != PerturbationDirection.None && !resolved.Exists(static group => group.Perturbed))
        {
            throw new ArgumentException(
                perturbation.NormalizationOnly
                    ? "The perturbation moves normalization parameters only, and the model has none that are trained."
                    : "No group of parameters is perturbed; use Perturbation.None for that.",
                nameof(perturbation));
        }

        RhoFactors = [.. resolved.Select(static group => group.Source?.RhoFactor ?? 1)];
        IsAdaptive = [.. resolved.Select(static group => group.Adaptive)];
        IsPerturbed = [.. resolved.Select(static group => group.Perturbed)];
        Updates = [.. resolved.Select(group =>
            new UpdateGroup(group.Source?.LearningRateFactor ?? 1, group.Source?.WeightDecay ?? baseOptimizer.WeightDecay))];
        List<ArenaPiece> merged = Cut(model.Layout, byTensor: false);
        List<ArenaPiece> separate = byTensor ? Cut(model.Layout, byTensor: true) : [];
        _pieces = Upload(model.Device, merged, "pieces of the arenas");
        _tensorPieces = byTensor ? Upload(model.Device, separate, "pieces of the tensors") : null;
        _partials = model.Device.Allocate(ArenaPieces.PartialCount * sizeof(double) * Math.Max(merged.Count, separate.Count), "partial sums");
        Pieces = Table(_pieces, merged, 1);
        TensorPieces = _tensorPieces is null ? default : Table(_tensorPieces, separate, parameters.Count);
    }

    /// <summary>All trained parameters; tensors of one group that follow each other are merged.</summary>
    public ArenaPieces Pieces { get; }

    /// <summary>The same cut by tensor; nothing where no part of the step asked for it.</summary>
    public ArenaPieces TensorPieces { get; }

    /// <summary>Group of each tensor, -1 for frozen ones.</summary>
    public int[] TensorGroups { get; }

    public float[] RhoFactors { get; }

    public bool[] IsAdaptive { get; }

    public bool[] IsPerturbed { get; }

    public UpdateGroup[] Updates { get; }

    public long ByteCount => _pieces.ByteCount + (_tensorPieces?.ByteCount ?? 0) + _partials.ByteCount;

    public void Dispose()
    {
        _pieces.Dispose();
        _tensorPieces?.Dispose();
        _partials.Dispose();
    }

    private ArenaPieces Table(DeviceMemory memory, List<ArenaPiece> pieces, int tensors) =>
        new(memory.Pointer<ArenaPiece>(), pieces.Count, pieces.Sum(static piece => (long)piece.Count), tensors, _partials.Pointer<double>())
        {
            AreAllPerturbed = pieces.TrueForAll(static piece => piece.IsPerturbed != 0),
        };

    private static bool IsShift(ParameterRole role) => role is ParameterRole.Bias or ParameterRole.NormalizationShift;

    private static bool IsNormalization(ParameterRole role) => role is ParameterRole.NormalizationScale or ParameterRole.NormalizationShift;

    private static DeviceMemory Upload(Device device, List<ArenaPiece> pieces, string role)
    {
        unsafe
        {
            DeviceMemory memory = device.Allocate((long)pieces.Count * sizeof(ArenaPiece), role);
            device.Upload<ArenaPiece>(pieces.ToArray(), memory.Pointer<ArenaPiece>());
            return memory;
        }
    }

    private List<ArenaPiece> Cut(ModelLayout layout, bool byTensor)
    {
        List<ArenaPiece> pieces = [];
        for (int i = 0; i < layout.Parameters.Length;)
        {
            int group = TensorGroups[i];
            int start = layout.Parameters[i].Offset;
            int end = start + layout.Parameters[i].Count;
            int tensor = byTensor ? i : 0;
            i++;
            if (group < 0)
            {
                continue;
            }

            // What lies between tensors is padding to 64 bytes, which is zero in every arena.
            while (!byTensor && i < layout.Parameters.Length && TensorGroups[i] == group && layout.Parameters[i].Offset - end < 16)
            {
                end = layout.Parameters[i].Offset + layout.Parameters[i].Count;
                i++;
            }

            for (int offset = start; offset < end; offset += ArenaPiece.MaximumCount)
            {
                pieces.Add(new ArenaPiece(
                    offset, Math.Min(ArenaPiece.MaximumCount, end - offset), group, tensor, IsPerturbed[group] ? 1 : 0, offset - start));
            }
        }

        return pieces;
    }
}
