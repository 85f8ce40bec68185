namespace Sam.Native.Cpu;

/// <summary>Which <see cref="IWinogradForm"/> a direction of a convolution goes through.</summary>
internal enum WinogradForm : byte
{
    /// <summary>None: a direct sum.</summary>
    None,

    /// <summary><see cref="Winograd23"/>.</summary>
    TwoOutputsThreeTaps,

    /// <summary><see cref="Winograd43"/>.</summary>
    FourOutputsThreeTaps,

    /// <summary><see cref="Winograd25"/>.</summary>
    TwoOutputsFiveTaps,
}
