namespace Sam.Native.Cpu;

/// <summary>The CPU's kernels.</summary>
internal sealed unsafe partial class CpuKernels(WorkerTeam team) : DeviceKernels
{
    private readonly WorkerTeam _team = team;

    public override void Conv2dForward(
        in Conv2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> weight, DevicePointer<float> bias, DevicePointer<float> output, Activation activation)
    {
        float* x = input.ToPointer(), w = weight.ToPointer(), b = bias.ToPointer(), y = output.ToPointer();
        Conv2dShape s = shape;
        int cg = s.InChannels / s.Groups, og = s.OutChannels / s.Groups;
        for (int n = 0; n < batch; n++)
        for (int o = 0; o < s.OutChannels; o++)
        for (int oy = 0; oy < s.OutHeight; oy++)
        for (int ox = 0; ox < s.OutWidth; ox++)
        {
            float sum = 0;
            for (int c = 0; c < cg; c++)
            for (int ky = 0; ky < s.KernelHeight; ky++)
            for (int kx = 0; kx < s.KernelWidth; kx++)
            {
                int iy = oy * s.StrideHeight - s.PaddingHeight + ky * s.DilationHeight, ix = ox * s.StrideWidth - s.PaddingWidth + kx * s.DilationWidth;
                if ((uint)iy < (uint)s.InHeight && (uint)ix < (uint)s.InWidth)
                    sum = MathF.FusedMultiplyAdd(x[((n * s.InChannels + o / og * cg + c) * s.InHeight + iy) * s.InWidth + ix], w[((o * cg + c) * s.KernelHeight + ky) * s.KernelWidth + kx], sum);
            }
            if (b != null) sum += b[o];
            y[((n * s.OutChannels + o) * s.OutHeight + oy) * s.OutWidth + ox] = activation == Activation.Relu && sum < 0 ? 0 : sum;
        }
    }

    public override void Conv2dBackwardInput(
        in Conv2dShape shape, int batch, DevicePointer<float> outputGradient, DevicePointer<float> weight, DevicePointer<float> inputGradient, DevicePointer<float> reluMask)
    {
        float* dy = outputGradient.ToPointer(), w = weight.ToPointer(), dx = inputGradient.ToPointer(), m = reluMask.ToPointer();
        Conv2dShape s = shape;
        int cg = s.InChannels / s.Groups, og = s.OutChannels / s.Groups;
        new Span<float>(dx, batch * s.InCount).Clear();
        for (int n = 0; n < batch; n++)
        for (int o = 0; o < s.OutChannels; o++)
        for (int oy = 0; oy < s.OutHeight; oy++)
        for (int ox = 0; ox < s.OutWidth; ox++)
        {
            float g = dy[((n * s.OutChannels + o) * s.OutHeight + oy) * s.OutWidth + ox];
            for (int c = 0; c < cg; c++)
            for (int ky = 0; ky < s.KernelHeight; ky++)
            for (int kx = 0; kx < s.KernelWidth; kx++)
            {
                int iy = oy * s.StrideHeight - s.PaddingHeight + ky * s.DilationHeight, ix = ox * s.StrideWidth - s.PaddingWidth + kx * s.DilationWidth;
                if ((uint)iy < (uint)s.InHeight && (uint)ix < (uint)s.InWidth)
                    dx[((n * s.InChannels + o / og * cg + c) * s.InHeight + iy) * s.InWidth + ix] += g * w[((o * cg + c) * s.KernelHeight + ky) * s.KernelWidth + kx];
            }
        }
        if (m != null) for (int i = 0; i < batch * s.InCount; i++) if (!(m[i] > 0)) dx[i] = 0;
    }

    public override void Conv2dBackwardWeight(
        in Conv2dShape shape, int batch, DevicePointer<float> input, DevicePointer<float> outputGradient, DevicePointer<float> weightGradient, DevicePointer<float> biasGradient, bool accumulate)
    {
        float* x = input.ToPointer(), dy = outputGradient.ToPointer(), dw = weightGradient.ToPointer(), db = biasGradient.ToPointer();
        Conv2dShape s = shape;
        int cg = s.InChannels / s.Groups, og = s.OutChannels / s.Groups;
        if (!accumulate)
        {
            new Span<float>(dw, s.WeightCount).Clear();
            if (db != null) new Span<float>(db, s.OutChannels).Clear();
        }
        for (int n = 0; n < batch; n++)
        for (int o = 0; o < s.OutChannels; o++)
        for (int oy = 0; oy < s.OutHeight; oy++)
        for (int ox = 0; ox < s.OutWidth; ox++)
        {
            float g = dy[((n * s.OutChannels + o) * s.OutHeight + oy) * s.OutWidth + ox];
            if (db != null) db[o] += g;
            for (int c = 0; c < cg; c++)
            for (int ky = 0; ky < s.KernelHeight; ky++)
            for (int kx = 0; kx < s.KernelWidth; kx++)
            {
                int iy = oy * s.StrideHeight - s.PaddingHeight + ky * s.DilationHeight, ix = ox * s.StrideWidth - s.PaddingWidth + kx * s.DilationWidth;
                if ((uint)iy < (uint)s.InHeight && (uint)ix < (uint)s.InWidth)
                    dw[((o * cg + c) * s.KernelHeight + ky) * s.KernelWidth + kx] += g * x[((n * s.InChannels + o / og * cg + c) * s.InHeight + iy) * s.InWidth + ix];
            }
        }
    }
}
