namespace Sam.Emulator.Checks;

/// <summary>What all blocks of a launch share to find races on global memory.</summary>
internal sealed class GlobalRaces
{
}
