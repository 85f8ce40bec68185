using Sam.Generators.Helpers;
using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models.Programs;

/// <summary>Decides what is computed together and what shares memory with its input.</summary>
internal static class Fusion
{
    public static void Apply(Program program)
    {
        program.Input.LieIn(program.NewStorage("input", program.Input.Shape.Count));
        foreach (Node node in program.Nodes)
        {
            Layer layer = node.Layer;
            Tensor input = node.Input, output = node.Output;
            if (layer.IsView)
            {
                node.IsFree = true;
                node.Fusion = "no work";
                output.BeViewOf(input);
            }
            else if (layer.IsRelu && input.Root.Producer is { HasRelu: false, Layer.FusesRelu: true } producer && !input.IsShared)
            {
                node.IsFree = true;
                node.Fusion = $"in {producer.Layer.Name}";
                producer.HasRelu = true;
                producer.Fusion = producer.Fusion.Length == 0 ? "relu" : producer.Fusion + ", relu";
                producer.Output.IsRectified = true;
                output.BeViewOf(input);
                output.IsRectified = true;
            }
            else if (CanRunInPlace(node))
            {
                node.Fusion = "in place";
                output.LieIn(input.Storage);
                output.IsRectified = layer.IsRelu || (layer.KeepsMask && input.IsRectified);
            }
            else
            {
                node.Fusion = node.Parameters.Any(static p => p.Declaration.Role == "Bias") && layer.FusesRelu ? "bias" : "";
                output.LieIn(program.NewStorage(layer.Name.Length > 0 ? layer.Name : $"{layer.Kind} (layer {Literal.Of(node.Index)})", output.Shape.Count));
                output.IsRectified = layer.IsRelu;
            }
        }
    }

    private static bool CanRunInPlace(Node node)
    {
        Tensor input = node.Input;
        return node.Layer.RunsInPlace
            && input.Root.Producer is { Layer.BackwardReadsOutput: false }
            && !input.IsShared
            && (!input.IsRectified || node.Layer.KeepsMask);
    }
}
