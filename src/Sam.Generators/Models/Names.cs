namespace Sam.Generators.Models;

/// <summary>The names that the generator and Sam.Layers share; a test compares them.</summary>
internal static class Names
{
    public const string ModelAttribute = "Sam.Layers.ModelAttribute";
    public const string ModelLayerAttribute = "Sam.Layers.ModelLayerAttribute";
    public const string BlockAttribute = "Sam.Layers.BlockAttribute";
    public const string LayerParameterAttribute = "Sam.Layers.LayerParameterAttribute";
    public const string CustomLayer = "global::Sam.Layers.CustomLayer";
    public const string CustomLayerSlot = "global::Sam.Layers.CustomLayerSlot";
    public const string Model = "Sam.Native.Model";
    public const string Native = "global::Sam.Native.";

    /// <summary>The property of a layer or parameter: conv1 is Conv1, my_layer is MyLayer, 0 is Layer0, layer1.0 is Layer1_0.</summary>
    public static string Property(string name)
    {
        char[] text = new char[name.Length];
        int length = 0;
        bool upper = true;
        foreach (char c in name)
        {
            if (c == '_')
            {
                upper = true;
                continue;
            }

            text[length++] = c == '.' ? '_' : upper ? char.ToUpperInvariant(c) : c;
            upper = c == '.';
        }

        string property = new(text, 0, length);
        return property.Length == 0 || char.IsDigit(property[0]) ? "Layer" + property : property;
    }

    /// <summary>Letters, digits and underscores, in parts with a dot between them.</summary>
    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return false;
        }

        foreach (string part in name!.Split('.'))
        {
            if (part.Trim('_').Length == 0
                || !part.All(static c => c is '_' or (>= '0' and <= '9') or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z')))
            {
                return false;
            }
        }

        return true;
    }
}
