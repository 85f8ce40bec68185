using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>Chooses the code of a form and a register width.</summary>
internal static unsafe class WinogradDispatch
{
    /// <summary>Does a part of a job.</summary>
    /// <param name="work">The job.</param>
    /// <param name="form">The form.</param>
    /// <param name="width">The register width.</param>
    /// <param name="part">Number of the part.</param>
    /// <param name="scratch">Scratch memory of the worker.</param>
    public static void Run<TWork>(in TWork work, WinogradForm form, VectorWidth width, int part, float* scratch)
        where TWork : struct, IWinogradWork
    {
        switch (width)
        {
            case VectorWidth.Vector512:
                Run<TWork, Simd512, Vector512<float>>(work, form, part, scratch);
                break;
            case VectorWidth.Vector256:
                Run<TWork, Simd256, Vector256<float>>(work, form, part, scratch);
                break;
            default:
                Run<TWork, Simd128, Vector128<float>>(work, form, part, scratch);
                break;
        }
    }

    private static void Run<TWork, TSimd, TVector>(in TWork work, WinogradForm form, int part, float* scratch)
        where TWork : struct, IWinogradWork
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        switch (form)
        {
            case WinogradForm.TwoOutputsThreeTaps:
                work.Run<Winograd23, TSimd, TVector>(part, scratch);
                break;
            case WinogradForm.FourOutputsThreeTaps:
                work.Run<Winograd43, TSimd, TVector>(part, scratch);
                break;
            default:
                work.Run<Winograd25, TSimd, TVector>(part, scratch);
                break;
        }
    }
}
