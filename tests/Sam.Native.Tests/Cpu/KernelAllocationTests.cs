using Sam.Native.Cpu;

namespace Sam.Native.Tests.Cpu;

public sealed unsafe class KernelAllocationTests
{
    [Fact]
    public void NoKernel_AllocatesManagedMemory()
    {
        const int Count = 40_000;
        float[] memory = new float[4 * Count];
        int[] labels = new int[Count];
        using WorkerTeam team = new(2);
        fixed (float* a = memory)
        fixed (int* classes = labels)
        {
            RunAll(team, a, classes, Count);
            RunAll(team, a, classes, Count);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) RunAll(team, a, classes, Count);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static void RunAll(WorkerTeam team, float* a, int* labels, int count)
    {
        float* b = a + count;
        float* c = b + count;
        float* d = c + count;
        RandomStream stream = new(1, 2, 3);
        RandomFill.Uniform(team, -1f, 1f, stream, a, count);
        RandomFill.Normal(team, 0f, 1f, stream, b, count);
        Dropout.Run(team, 0.5f, stream, a, c, count);
        for (Activation kind = Activation.None; kind <= Activation.Sigmoid; kind++)
        {
            Activations.ActivationForward(team, kind, a, c, count);
            Activations.ActivationBackward(team, kind, a, c, b, d, count);
        }

        Pool2dShape two = new(4, 100, 100, 2, 2, 2, 2);
        Pool2dShape three = new(4, 100, 100, 3, 3, 2, 2, 1, 1);
        MaxPool2d.Forward(team, two, 1, a, c);
        MaxPool2d.Backward(team, two, 1, a, c, d, reluMask: true);
        MaxPool2d.Forward(team, three, 1, a, c);
        MaxPool2d.Backward(team, three, 1, a, c, d, reluMask: false);
        AvgPool2d.Forward(team, three, 1, countIncludePad: true, a, c);
        AvgPool2d.Backward(team, three, 1, countIncludePad: true, c, d, a);
        SoftmaxCrossEntropy.Run(team, count / 10, 10, a, labels, 0.1f, 1, d);
        SoftmaxCrossEntropy.Run(team, count / 100, 100, a, labels, 0f, 1, d);
        SquaredError.Run(team, a, b, 1, d, count);
        ColumnSums.Run(team, count / 100, 100, a, c, accumulate: true);
        ChannelSums.Run(team, 10, 4, count / 40, a, c, accumulate: false);
        double norm = Norms.SumOfSquares(team, a, count) + Norms.Dot(team, a, b, count) + Norms.AbsSum(team, a, count);
        norm += AbsMax.Run(team, a, count);
        FlatPass.Add(team, 0.5f, a, b, count);
        FlatPass.Scale(team, 0.5f, a, b, count);
        FlatPass.Copy(team, a, b, count);
        FlatPass.Fill(team, d, 0f, count);
    }
}
