namespace Sam.Native;

/// <summary>What a model's gradient memory stands for.</summary>
/// <param name="AreZero">They count as zero, whatever the memory has.</param>
/// <param name="AreOverwritten">The next backward pass overwrites them.</param>
/// <param name="AreThere">There are gradients since an optimizer last used them.</param>
internal readonly record struct GradientHolding(bool AreZero, bool AreOverwritten, bool AreThere);
