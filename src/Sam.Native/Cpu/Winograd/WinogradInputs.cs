namespace Sam.Native.Cpu;

/// <summary>Transforms all inputs of a <see cref="WinogradLayer"/> into memory that every thread reads. A part is an image.</summary>
internal unsafe struct WinogradInputs : ITeamJob, IWinogradWork
{
    /// <summary>The layer.</summary>
    public WinogradLayer Layer;

    /// <summary>Receives product e of tile t at (e * tiles + t) * (channels + gap).</summary>
    public float* Transformed;

    /// <summary>Scratch memory of the first worker, followed by the others'.</summary>
    public byte* Scratch;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker) =>
        WinogradDispatch.Run(this, Layer.Weights.Form, Layer.Weights.Width, part, (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes)));

    /// <inheritdoc/>
    public readonly void Run<TForm, TSimd, TVector>(int part, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint step = Layer.Channels + WinogradPlan.RowGap;
        nint tiles = (nint)Layer.TileRows * Layer.TileColumns;
        Layer.Transform<TForm, TSimd, TVector>(
            part, 0, Layer.TileRows, Transformed + (part * tiles * step), Layer.Batch * tiles * step, scratch);
    }
}
