using Sam.Cli.Data;

namespace Sam.Cli.Tests.Data;

public sealed class BatchTests
{
    // One rounding of the scale, one of the offset, one of the fused product: three units in the last place of values below 4.
    private const float Tolerance = 1e-6f;

    [Fact]
    public void EveryGreyValue_IsNormalised()
    {
        byte[] images = new byte[MnistSet.Pixels];
        for (int i = 0; i < images.Length; i++)
        {
            images[i] = (byte)i;
        }

        Batch batch = new(1);
        batch.Load(new MnistSet(images, [3]), start: 0, count: 1);

        for (int i = 0; i < images.Length; i++)
        {
            Assert.Equal(((images[i] / 255.0) - 0.1307) / 0.3081, batch.Images[i], Tolerance);
        }
    }

    [Fact]
    public void Order_ChoosesImagesAndTheGivenLabels()
    {
        byte[] images = new byte[3 * MnistSet.Pixels];
        images.AsSpan(2 * MnistSet.Pixels).Fill(255);
        MnistSet set = new(images, [0, 1, 2]);

        Batch batch = new(4);
        batch.Load(set, [5, 6, 7], [2, 0]);

        Assert.Equal(2, batch.Count);
        Assert.Equal([7, 5], batch.Labels.ToArray());
        Assert.Equal(2 * MnistSet.Pixels, batch.Images.Length);
        Assert.True(batch.Images[0] > 2 && batch.Images[MnistSet.Pixels - 1] > 2 && batch.Images[MnistSet.Pixels] < 0);
    }
}
