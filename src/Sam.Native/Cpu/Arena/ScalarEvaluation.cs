namespace Sam.Native.Cpu;

/// <summary>The scalar programs; see <see cref="ScalarKind"/>.</summary>
internal static unsafe class ScalarEvaluation
{
    /// <summary>Computes the coefficients of every tensor.</summary>
    /// <param name="programs">What to do, for each tensor, or one for all.</param>
    /// <param name="tensors">Number of tensors.</param>
    /// <param name="sums">Three doubles for each tensor.</param>
    /// <param name="coefficients">Five floats for each tensor.</param>
    public static void Run(ReadOnlySpan<ScalarProgram> programs, int tensors, double* sums, float* coefficients)
    {
        for (int t = 0; t < tensors; t++)
        {
            double* s = sums + (3 * t);
            Coefficients(programs[programs.Length == 1 ? 0 : t], s[0], s[1], s[2], coefficients + (t * UpdateArguments.CoefficientCount));
        }
    }

    private static void Coefficients(in ScalarProgram program, double aa, double ab, double bb, float* k)
    {
        double alpha = program.Alpha;
        double clip = program.Limit > 0 ? Math.Min(1, program.Limit / (Math.Sqrt(program.Kind == ScalarKind.Plain ? aa : bb) + 1e-6)) : 1;
        double a = 1, b = 0, c = 0, e = 0, f = 0;
        switch (program.Kind)
        {
            case ScalarKind.Plain:
                a = double.IsFinite(aa) ? clip : 1;
                break;
            case ScalarKind.GapPerturbed:
                a = clip + (bb > 0 ? alpha * ab / bb : 0);
                b = -alpha;
                break;
            case ScalarKind.GapClean:
                a = clip * alpha;
                b = 1 - (aa > 0 ? clip * alpha * ab / aa : 0);
                break;
            case ScalarKind.WeightedCoupled:
                a = clip * alpha;
                b = 1 - alpha;
                break;
            case ScalarKind.WeightedDecoupled:
                a = 0;
                b = 1;
                e = -clip * alpha;
                f = alpha;
                break;
            case ScalarKind.WeightedTail:
                a = clip * alpha;
                b = -alpha;
                break;
            case ScalarKind.OrthogonalPart:
                b = aa > 0 ? -ab / aa : 0;
                break;
            case ScalarKind.ReusedPart:
                b = bb > 0 ? alpha * Math.Sqrt(aa) / (Math.Sqrt(bb) + program.Beta) : 0;
                break;
            case ScalarKind.LayerRatio:
                double decayed = Math.Sqrt(aa) + (program.Beta * Math.Sqrt(bb)) + program.Gamma;
                double ratio = aa > 0 && bb > 0 ? alpha * Math.Sqrt(bb) / decayed : 1;
                a = ratio;
                c = ratio * program.Beta;
                break;
            case ScalarKind.TrustRatio:
                double norm = alpha > 0 ? Math.Min(alpha, Math.Sqrt(bb)) : Math.Sqrt(bb);
                a = aa > 0 && bb > 0 ? norm / Math.Sqrt(aa) : 1;
                break;
        }

        k[0] = (float)a;
        k[1] = (float)b;
        k[2] = (float)c;
        k[3] = (float)e;
        k[4] = (float)f;
    }
}
