using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>From sums of products to the gradient of the weights, by G'. A part is one output channel.</summary>
internal unsafe struct WinogradGradientFold : ITeamJob, IWinogradWork
{
    /// <summary>Group, product e, output channel, input channel.</summary>
    public float* Sums;

    /// <summary>Groups, added in ascending order.</summary>
    public int Groups;

    /// <summary>The form.</summary>
    public WinogradForm Form;

    /// <summary>Input channels, a multiple of 16.</summary>
    public int InChannels;

    /// <summary>Output channels.</summary>
    public int OutChannels;

    /// <summary>The gradient of the weights.</summary>
    public float* Target;

    /// <summary>Whether the target's old value is added to.</summary>
    public bool Accumulate;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker) => WinogradDispatch.Run(this, Form, Width, part, null);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TForm, TSimd, TVector>(int part, float* scratch)
        where TForm : struct, IWinogradForm
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int products = TForm.Products * TForm.Products;
        float* room = stackalloc float[WinogradTransforms.FoldElements];
        float* totals = stackalloc float[WinogradPlan.MaxProducts * 16];
        nint matrix = (nint)OutChannels * InChannels;
        float* to = Target + ((nint)part * InChannels * TForm.Taps * TForm.Taps);
        for (int c = 0; c < InChannels; c += TSimd.Count, to += TSimd.Count * TForm.Taps * TForm.Taps)
        {
            float* sums = Sums + ((nint)part * InChannels) + c;
            for (int product = 0; product < products; product++, sums += matrix)
            {
                TVector sum = TSimd.Load(sums);
                for (int group = 1; group < Groups; group++)
                {
                    sum = TSimd.Add(sum, TSimd.Load(sums + (group * products * matrix)));
                }

                TSimd.Store(sum, totals + (product * TSimd.Count));
            }

            WinogradTransforms.Fold<TForm, TSimd, TVector>(totals, TSimd.Count, to, Accumulate, room);
        }
    }
}
