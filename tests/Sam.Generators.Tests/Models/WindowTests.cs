using Sam.Generators.Models.Layers;

namespace Sam.Generators.Tests.Models;

public sealed class WindowTests
{
    // torch's ceil_mode: windows begin at multiples of the stride, one more after the last that ends before the padded side does, but none
    // that begins in the padding behind it.
    [Fact]
    public void RoundedUp_OutputsAreTheWindowsThatBeginInFrontOfTheSidesEnd()
    {
        for (int size = 1; size <= 12; size++)
        {
            for (int kernel = 1; kernel <= 5; kernel++)
            {
                for (int stride = 1; stride <= 6; stride++)
                {
                    for (int padding = 0; padding <= kernel / 2; padding++)
                    {
                        int padded = size + (2 * padding);
                        if (kernel > padded) continue;
                        int expected = 1;
                        while (((expected - 1) * stride) + kernel < padded && expected * stride < size + padding) expected++;
                        int overhang = Window.Overhang(size, kernel, stride, padding);
                        Assert.Equal(expected, Window.Outputs(size, kernel, stride, padding, overhang));
                        Assert.InRange(overhang, 0, kernel);
                        Assert.Equal((padded - kernel) / stride + 1, Window.Outputs(size, kernel, stride, padding));
                    }
                }
            }
        }
    }
}
