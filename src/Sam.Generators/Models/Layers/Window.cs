using Sam.Generators.Helpers;

namespace Sam.Generators.Models.Layers;

/// <summary>The arithmetic that convolutions and pools share.</summary>
internal static class Window
{
    /// <summary>What a layer over windows says of an input that has none.</summary>
    public const string NotAnImage =
        "it takes channels, rows and columns, such as 3x32x32; put it in front of Flatten and Linear, or write such a shape in Model";

    /// <summary>Rows or columns that a kernel covers, at most an int's.</summary>
    public static int Span(int kernel, int dilation) => (int)Math.Min(int.MaxValue, ((long)dilation * (kernel - 1)) + 1);

    /// <summary>floor((size + 2 padding + overhang - span) / stride) + 1.</summary>
    public static int Outputs(int size, int span, int stride, int padding, int overhang = 0) =>
        (int)((size + (2L * padding) + overhang - span) / stride) + 1;

    /// <summary>How far one more window than fits reaches beyond the padded side; 0 where none is left over, or where that window would begin
    /// behind the last element.</summary>
    public static int Overhang(int size, int span, int stride, int padding)
    {
        long start = (long)Outputs(size, span, stride, padding) * stride, end = size + (2L * padding);
        bool isLeftOver = (end - span) % stride != 0;
        return isLeftOver && start < size + (long)padding ? (int)(start + span - end) : 0;
    }

    /// <summary>Why a window does not fit an input of channels, rows and columns, or null where it does.</summary>
    public static string? Misfit(Sizes input, int spanHeight, int spanWidth, int paddingHeight, int paddingWidth)
    {
        long height = input[1] + (2L * paddingHeight), width = input[2] + (2L * paddingWidth);
        if (height > int.MaxValue || width > int.MaxValue)
        {
            return "the padded input is too large; write a smaller Padding";
        }

        return spanHeight <= height && spanWidth <= width
            ? null
            : $"the kernel spans {Pair(spanHeight, spanWidth)}, the padded input only {Literal.Of(height)}x{Literal.Of(width)}; "
                + "write a smaller kernel or a larger Padding";
    }

    public static string Pair(int height, int width) => $"{Literal.Of(height)}x{Literal.Of(width)}";

    /// <summary>A setting in a layer's description, left out where it is the usual one.</summary>
    public static string Unless(string name, int height, int width, int usual) => height == usual && width == usual
        ? ""
        : height == width ? $", {name} {Literal.Of(height)}" : $", {name} {Pair(height, width)}";
}
