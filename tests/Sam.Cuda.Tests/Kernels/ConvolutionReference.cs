using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>The convolution of its definition, one product at a time, in double.</summary>
internal sealed class ConvolutionReference(Conv2dShape shape, int batch)
{
    public double[] Forward(float[] x, float[] w)
    {
        double[] y = new double[batch * shape.OutCount];
        ForEach((input, weight, output) => y[output] += (double)x[input] * w[weight]);
        return y;
    }

    public double[] InputGradient(float[] dy, float[] w)
    {
        double[] dx = new double[batch * shape.InCount];
        ForEach((input, weight, output) => dx[input] += (double)dy[output] * w[weight]);
        return dx;
    }

    public double[] WeightGradient(float[] x, float[] dy)
    {
        double[] dw = new double[shape.WeightCount];
        ForEach((input, weight, output) => dw[weight] += (double)x[input] * dy[output]);
        return dw;
    }

    public double[] BiasGradient(float[] dy)
    {
        double[] db = new double[shape.OutChannels];
        int plane = shape.OutHeight * shape.OutWidth;
        for (int i = 0; i < dy.Length; i++) db[i / plane % shape.OutChannels] += dy[i];
        return db;
    }

    // Calls body(place in the input, in the weights, in the output) for every product of the convolution.
    private void ForEach(Action<int, int, int> body)
    {
        int inGroup = shape.InChannels / shape.Groups, outGroup = shape.OutChannels / shape.Groups;
        int output = 0;
        for (int b = 0; b < batch; b++)
        {
            for (int o = 0; o < shape.OutChannels; o++)
            {
                for (int i = 0; i < shape.OutHeight; i++)
                {
                    for (int j = 0; j < shape.OutWidth; j++, output++)
                    {
                        for (int k = 0; k < inGroup * shape.KernelHeight * shape.KernelWidth; k++)
                        {
                            int c = k / (shape.KernelHeight * shape.KernelWidth);
                            int r = k / shape.KernelWidth % shape.KernelHeight, s = k % shape.KernelWidth;
                            int y = (i * shape.StrideHeight) + (r * shape.DilationHeight) - shape.PaddingHeight;
                            int x = (j * shape.StrideWidth) + (s * shape.DilationWidth) - shape.PaddingWidth;
                            if (y < 0 || y >= shape.InHeight || x < 0 || x >= shape.InWidth) continue;
                            int channel = (o / outGroup * inGroup) + c;
                            int input = (((((b * shape.InChannels) + channel) * shape.InHeight) + y) * shape.InWidth) + x;
                            body(input, (o * inGroup * shape.KernelHeight * shape.KernelWidth) + k, output);
                        }
                    }
                }
            }
        }
    }
}
