namespace Sam.Native;

/// <summary>What is done with a step.</summary>
internal enum StepPhase
{
    /// <summary>Its kernels are called one by one.</summary>
    Run,

    /// <summary>They are captured into a graph, which is then launched.</summary>
    Capture,

    /// <summary>Its graph is launched.</summary>
    Replay,
}
