using System.Globalization;
using Sam.Generators.Helpers;

namespace Sam.Generators.Models.Layers;

/// <summary>A parameter of a layer of the user's own, with its shape in numbers and symbols of the layer's input.</summary>
internal sealed record CustomParameter(string Name, string Shape, float Initial, string? FanIn, string Role)
{
    private static readonly string[] s_taken = ["Equals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "Finalize"];

    /// <summary>What is wrong with it, or null.</summary>
    public string? Wrong(Sizes input)
    {
        if (!Names.IsValid(Name) || Name.Contains(".") || s_taken.Contains(Names.Property(Name)))
        {
            return $"'{Name}' is not a name for a parameter; write letters, digits and underscores, such as slope";
        }

        return Wrong("the shape", Shape, input) ?? (FanIn is null ? null : Wrong("FanIn", FanIn, input));
    }

    public ParameterDeclaration Declare(Sizes input)
    {
        TryEvaluate(Shape, input, out Sizes shape);
        if (FanIn is null)
        {
            return new ParameterDeclaration(Name, shape, Role, "Constant", Literal.Of(Initial));
        }

        TryEvaluate(FanIn, input, out Sizes fanIn);
        return new ParameterDeclaration(Name, shape, Role, "KaimingUniform", Literal.Of(fanIn.Count));
    }

    private string? Wrong(string what, string expression, Sizes input) => TryEvaluate(expression, input, out _)
        ? null
        : $"{what} of '{Name}' is \"{expression}\", and the layer's input is {input}; "
            + "write sizes with an x between them, each a number, C, N"
            + (input.Rank == 3 ? ", H or W" : " (H and W are there for inputs of channels, rows and columns)");

    private static bool TryEvaluate(string expression, Sizes input, out Sizes shape)
    {
        string[] parts = expression.Split('x');
        int[] sizes = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            sizes[i] = parts[i] switch
            {
                "C" => input[0],
                "H" when input.Rank == 3 => input[1],
                "W" when input.Rank == 3 => input[2],
                "N" => (int)input.Count,
                string text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0,
            };
        }

        shape = new Sizes(sizes);
        return sizes.Length <= Sizes.MaximumRank && sizes.All(static s => s > 0) && shape.Count <= int.MaxValue;
    }
}
