namespace Sam.Native.Cpu;

/// <summary>A part of a job, in a form and a register width.</summary>
internal unsafe interface IWinogradWork
{
    /// <summary>Does a part.</summary>
    /// <param name="part">Number of the part.</param>
    /// <param name="scratch">Scratch memory of the worker.</param>
    void Run<TForm, TSimd, TVector>(int part, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct;
}
