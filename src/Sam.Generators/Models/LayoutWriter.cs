using Sam.Generators.Helpers;
using Sam.Generators.Models.Layers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models;

/// <summary>Writes what is known of a model at compile time, as a type that only the generated file sees.</summary>
internal static class LayoutWriter
{
    private const string Native = Names.Native;

    public static void Write(IndentedTextWriter text, ModelDeclaration model, Program program)
    {
        text.Open("file static class GeneratedLayout");
        text.Open($"public static readonly {Native}ModelLayout Value = new()");
        text.Line($"Name = {Literal.Of(model.Name.TrimStart('@'))},");
        text.Line($"InputShape = {Shape(program.Input.Shape)},");
        text.Line($"OutputShape = {Shape(program.Output.Shape)},");
        text.Line("Parameters =");
        text.Line("[");
        foreach (ParameterSlot slot in program.Parameters)
        {
            ParameterDeclaration p = slot.Declaration;
            text.Line($"    new({Literal.Of(slot.FullName)}, {Shape(p.Shape)}, {Literal.Of(slot.Offset)}, {Native}ParameterRole.{p.Role}, "
                + $"{Native}Initializer.{p.Initializer}({p.InitializerArgument})),");
        }

        text.Line("],");
        text.Line("Layers =");
        text.Line("[");
        foreach (Node node in program.Nodes)
        {
            text.Line($"    new({Literal.Of(node.Name)}, {Literal.Of(node.Layer.Description)}, {Shape(node.Output.Shape)}, "
                + $"{Literal.Of(node.Parameters.Sum(static p => p.Declaration.Shape.Count))}, {Literal.Of(node.Fusion)}),");
        }

        text.Line("],");
        WriteConvolutions(text, program);
        text.Line($"ArenaCount = {Literal.Of(program.ArenaCount)},");
        WriteBuffers(text, program);
        WriteMinimumBatches(text, program);
        text.Line($"ActivationCount = {Literal.Of(program.ActivationCount)},");
        text.Line($"InputOffset = {Literal.Of(program.Input.Storage.Offset)},");
        text.Line($"OutputOffset = {Literal.Of(program.Output.Storage.Offset)},");
        text.Line($"OutputGradientOffset = {Literal.Of(program.OutputGradient.Storage.Offset)},");
        text.Close("};");
        WriteCustomLayers(text, program);
        text.Close();
    }

    private static void WriteConvolutions(IndentedTextWriter text, Program program)
    {
        string[] shapes =
        [
            .. program.Nodes
                .Where(static node => node.Layer is Conv2dLayer)
                .Select(static node => ((Conv2dLayer)node.Layer).ShapeText(node))
                .Distinct(),
        ];
        if (shapes.Length == 0)
        {
            return;
        }

        text.Line("Convolutions =");
        text.Line("[");
        foreach (string shape in shapes)
        {
            text.Line($"    {shape},");
        }

        text.Line("],");
    }

    private static void WriteBuffers(IndentedTextWriter text, Program program)
    {
        if (program.BufferCount == 0)
        {
            return;
        }

        text.Line("Buffers =");
        text.Line("[");
        foreach (BufferSlot slot in program.Buffers)
        {
            BufferDeclaration b = slot.Declaration;
            text.Line($"    new({Literal.Of(slot.FullName)}, {Shape(b.Shape)}, {Literal.Of(slot.Offset)}, {b.Initial}{(b.IsInteger ? ", true" : "")}),");
        }

        text.Line("],");
        text.Line($"BufferCount = {Literal.Of(program.BufferCount)},");
    }

    private static void WriteMinimumBatches(IndentedTextWriter text, Program program)
    {
        foreach (bool training in new[] { true, false })
        {
            if (program.MinimumBatch(training) is > 1 and int batch)
            {
                text.Line($"Minimum{(training ? "Training" : "Evaluation")}Batch = {Literal.Of(batch)},");
            }
        }
    }

    private static void WriteCustomLayers(IndentedTextWriter text, Program program)
    {
        List<Node> custom = [];
        int first = 0;
        foreach (Node node in program.Nodes)
        {
            if (node.Layer is CustomLayer)
            {
                custom.Add(node);
                text.Line();
                text.Line($"public static readonly {Names.CustomLayerSlot} Layer{Literal.Of(node.Index)} = new(Value, {Literal.Of(node.Name)}, {Shape(node.Input.Shape)}, "
                    + $"{Shape(node.Output.Shape)}, {Literal.Of(first)}, {Literal.Of(node.Parameters.Count)}, {Literal.Of(node.Index)}u);");
            }

            first += node.Parameters.Count;
        }

        if (custom.Count > 0)
        {
            text.Line();
            text.Open($"public static {Native}Device Check({Native}Device device)");
            foreach (Node node in custom)
            {
                text.Line($"{Names.CustomLayer}.Check<{((CustomLayer)node.Layer).TypeName}>(Layer{Literal.Of(node.Index)}, device);");
            }

            text.Line("return device;");
            text.Close();
        }
    }

    // Without an argument the constructor of every struct would be meant, which makes no shape.
    private static string Shape(Sizes sizes) => sizes.Rank == 0 ? $"new {Native}Shape([])" : $"new {Native}Shape({string.Join(", ", sizes.Values.Select(Literal.Of))})";
}
