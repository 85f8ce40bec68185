namespace Sam.Native.Cpu;

/// <summary>The gradient of the weights where weights are many and tiles few: a part is a block of output channels, and for each sliver of
/// input channels the products of all tiles are summed and folded while they lie in the cache, so that sums never go to memory.</summary>
/// <remarks>Order of the sums: all tiles are one chain of fused multiply-adds from 0.</remarks>
internal unsafe struct WinogradGradientBlocks : ITeamJob, IWinogradWork
{
    /// <summary>Output channels of a part.</summary>
    public const int Rows = 64;

    /// <summary>The form.</summary>
    public WinogradForm Form;

    /// <summary>The transformed inputs, as <see cref="WinogradGradientInputs.Inputs"/>.</summary>
    public float* Inputs;

    /// <summary>The transformed gradients of the output.</summary>
    public float* Gradients;

    /// <summary>Input channels, a multiple of 16.</summary>
    public int InChannels;

    /// <summary>Output channels, a multiple of 16.</summary>
    public int OutChannels;

    /// <summary>Tiles.</summary>
    public int Tiles;

    /// <summary>Strips of input channels, each a part of its own.</summary>
    public int Strips;

    /// <summary>The gradient of the weights.</summary>
    public float* Target;

    /// <summary>Whether the target's old value is added to.</summary>
    public bool Accumulate;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <summary>Scratch memory of the first worker, followed by the others'.</summary>
    public byte* Scratch;

    /// <summary>Parts.</summary>
    public readonly int Parts => (OutChannels + Rows - 1) / Rows * Strips;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker) =>
        WinogradDispatch.Run(this, Form, Width, part, (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes)));

    /// <inheritdoc/>
    public readonly void Run<TForm, TSimd, TVector>(int part, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count, taps = TForm.Taps * TForm.Taps;
        int slivers = (InChannels + width - 1) / width, share = (slivers + Strips - 1) / Strips * width;
        int row = part / Strips * Rows, rows = Math.Min(Rows, OutChannels - row);
        int first = part % Strips * share, last = Math.Min(InChannels, first + share);
        float* registers = scratch;
        float* room = registers + TileProduct.TileElements;
        float* sums = room + WinogradTransforms.FoldElements;
        for (int column = first; column < last; column += width)
        {
            int columns = Math.Min(width, InChannels - column);
            Multiply<TForm, TSimd, TVector>(row, rows, column, columns, sums, registers);
            for (int i = 0; i < rows; i++)
            {
                float* to = Target + ((((nint)(row + i) * InChannels) + column) * taps);
                for (int lane = 0; lane < columns; lane += TSimd.Count, to += TSimd.Count * taps)
                {
                    WinogradTransforms.Fold<TForm, TSimd, TVector>(sums + (i * width) + lane, (nint)rows * width, to, Accumulate, room);
                }
            }
        }
    }

    private readonly void Multiply<TForm, TSimd, TVector>(int row, int rows, int column, int columns, float* sums, float* registers)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int width = 2 * TSimd.Count;
        nint inStep = InChannels + WinogradPlan.RowGap, outStep = OutChannels + WinogradPlan.RowGap;
        MatrixTarget target = new() { C = sums, Step = width, Alpha = 1, First = true };
        float* gradients = Gradients + row;
        float* inputs = Inputs + column;
        for (int product = 0; product < TForm.Products * TForm.Products; product++)
        {
            TileProduct.Multiply<TSimd, TVector, MatrixTarget>(
                ref target, 0, rows, 0, columns, Tiles, gradients, 1, outStep, TSimd.TileRows, inputs, inStep, width, registers);
            gradients += Tiles * outStep;
            inputs += Tiles * inStep;
            target.C += rows * width;
        }
    }
}
