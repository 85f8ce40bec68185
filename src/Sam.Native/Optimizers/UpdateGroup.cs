namespace Sam.Native;

/// <summary>What a parameter group changes of the base optimizer.</summary>
/// <param name="LearningRateFactor">Times the optimizer's learning rate.</param>
/// <param name="WeightDecay">The group's weight decay.</param>
internal readonly record struct UpdateGroup(float LearningRateFactor, float WeightDecay);
