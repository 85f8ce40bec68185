namespace Sam.Native;

/// <summary>Makes a base optimizer's rule for one step of one parameter group.</summary>
/// <typeparam name="TRule">The rule.</typeparam>
internal interface IRuleSource<out TRule>
    where TRule : unmanaged, IUpdateRule
{
    /// <summary>The numbers of the step.</summary>
    /// <param name="scalars">Step size and weight decay of the group.</param>
    /// <param name="step">Number of the update, from 1.</param>
    /// <returns>The rule.</returns>
    TRule Rule(StepScalars scalars, long step);
}
