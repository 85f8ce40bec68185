using System.Runtime.InteropServices;

namespace Sam.Native;

/// <summary>Reads the record of a step.</summary>
internal static class StepReading
{
    /// <summary>The result of a step.</summary>
    /// <param name="outline">What the host knew.</param>
    /// <param name="perturbation">Which ball and direction.</param>
    /// <param name="record">The record's doubles.</param>
    /// <param name="layout">Where they lie.</param>
    public static StepValues Read(in StepOutline outline, Perturbation perturbation, ReadOnlySpan<double> record, StepRecord layout)
    {
        bool skipped = Applied(record) == 0;
        double first = 0, second = 0, norms = 0, directions = 0, length = 0;
        bool climbed = true;
        for (int i = 0; i < outline.Pieces && (climbed || !outline.PerturbsPieces); i++)
        {
            ReadOnlySpan<double> piece = record.Slice(layout.PieceOffset(i), StepRecord.PieceCount);
            int examples = Math.Min(outline.PieceBatch, outline.Batch - (i * outline.PieceBatch));
            double part = outline.Pieces == 1 ? 1 : examples / (double)outline.Batch;
            float weight = outline.IsMean ? (float)part : 1;
            bool own = i == 0 || outline.PerturbsPieces;
            double share = outline.PerturbsPieces ? part : 1;
            first += weight * (float)piece[StepRecord.FirstLoss];
            second += weight * (float)piece[StepRecord.SecondLoss];
            if (own && outline.LossDecay > 0)
            {
                first += share * outline.LossDecay * piece[StepRecord.FirstDecay];
                second += share * outline.LossDecay * piece[StepRecord.SecondDecay];
            }

            if (!own || outline.Mode is StepMode.Single or StepMode.Reuse)
            {
                continue;
            }

            ReadOnlySpan<double> measured = piece[StepRecord.Measured..];
            double squares = outline.MeasuresGradient ? piece[StepRecord.Gradient] : piece[outline.FirstMeasured + Measure.Squares];
            double latest = piece[StepRecord.Measured + Measure.Squares];
            double sum = measured[Measure.Sum], maximum = measured[Measure.Maximum];
            climbed = double.IsFinite(squares) && double.IsFinite(latest) && double.IsFinite(sum) && double.IsFinite(maximum);
            norms += share * Math.Sqrt(squares);
            directions += climbed ? share * DualNorm(perturbation, sum, maximum) : Math.Sqrt(double.IsFinite(squares) ? latest : squares);
            length = climbed ? Length(perturbation, outline.Rho, sum) : 0;
        }

        if (outline.HasHostLosses)
        {
            (first, second) = (outline.FirstLoss + Decay(outline, record, layout, StepRecord.FirstDecay),
                outline.SecondLoss + Decay(outline, record, layout, StepRecord.SecondDecay));
        }

        double applied = climbed ? AppliedSquares(outline, record) : double.NaN;
        return outline.Mode switch
        {
            StepMode.Full => new StepValues(
                (float)first, climbed ? (float)second : float.NaN, (float)norms, (float)Math.Sqrt(applied), (float)directions, (float)length, skipped),
            StepMode.Momentum => new StepValues(
                (float)second, (float)second, (float)Math.Sqrt(applied), (float)Math.Sqrt(applied), (float)directions, (float)length, skipped),
            _ => new StepValues(
                (float)first, (float)first, (float)Math.Sqrt(applied), (float)Math.Sqrt(applied),
                outline.Mode == StepMode.Still ? (float)directions : float.NaN, 0, skipped),
        };
    }

    /// <summary>1 where the step was applied.</summary>
    public static int Applied(ReadOnlySpan<double> record) => State(record).Applied;

    /// <summary>The state that the record begins with.</summary>
    public static StepState State(ReadOnlySpan<double> record) => MemoryMarshal.Cast<double, StepState>(record)[0];

    private static double Decay(in StepOutline outline, ReadOnlySpan<double> record, StepRecord layout, int offset) =>
        outline.LossDecay > 0 ? outline.LossDecay * record[layout.PieceOffset(0) + offset] : 0;

    // The gradient that was applied is second in its products, and first where it is mixed with an older one.
    private static double AppliedSquares(in StepOutline outline, ReadOnlySpan<double> record)
    {
        double squares = 0;
        for (int t = 0; t < outline.Tensors; t++)
        {
            squares += record[StepRecord.SumsOffset + (3 * t) + outline.AppliedSum];
        }

        return squares;
    }

    private static double DualNorm(Perturbation perturbation, double sum, double maximum) => perturbation.Norm switch
    {
        BallNorm.One => maximum,
        BallNorm.Infinity => sum,
        BallNorm.General => sum > 0 ? maximum * PortableMath.Power(sum, 1 - (1 / (double)perturbation.P)) : 0,
        _ => Math.Sqrt(sum),
    };

    private static double Length(Perturbation perturbation, float rho, double sum) =>
        !(sum > 0) ? 0 : perturbation.IsNormalized ? rho : rho * Math.Sqrt(sum);
}
