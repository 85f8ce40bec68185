namespace Sam.Emulator.Tests;

/// <summary>The struct of the same name in axpby.cu: same fields, same order.</summary>
public struct Factors
{
    public float A;
    public float B;
}
