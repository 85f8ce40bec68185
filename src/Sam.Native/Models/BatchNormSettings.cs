namespace Sam.Native;

/// <summary>How one batch normalisation behaves in one pass.</summary>
/// <param name="Epsilon">Added to the variance, greater than 0; torch's default is 1e-5.</param>
/// <param name="Momentum">Share of the batch's statistics in the new running statistics, in [0, 1]; torch's default is 0.1.</param>
/// <param name="BatchStatistics">Whether the batch's own statistics normalise (training) or the running ones (evaluation).</param>
/// <param name="UpdateStatistics">Whether the running statistics move: in training, in the pass at the unperturbed weights.</param>
/// <param name="Activation"><see cref="Activation.None"/> or <see cref="Activation.Relu"/>, applied after the shift and, where there is
/// one, the shortcut.</param>
/// <param name="Cumulative">Whether the running statistics are the plain average over all batches since the count of batches was 0,
/// whatever the momentum.</param>
public readonly record struct BatchNormSettings(
    float Epsilon = 1e-5f,
    float Momentum = 0.1f,
    bool BatchStatistics = true,
    bool UpdateStatistics = true,
    Activation Activation = Activation.None,
    bool Cumulative = false);
