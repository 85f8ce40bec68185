using Sam.Generators.Helpers;
using Sam.Generators.Models.Layers;

namespace Sam.Generators.Models.Programs;

/// <summary>Decides what is computed together and what shares memory with its input.</summary>
internal static class Fusion
{
    public static void Apply(Program program)
    {
        program.Input.LieIn(program.NewStorage("input", program.Input.Shape.Count));
        foreach (Node node in program.Nodes.Where(static n => n.Layer is AddShortcutLayer))
        {
            FuseShortcut(node);
        }

        foreach (Node node in program.Nodes.OrderBy(static n => n.Order).ThenBy(static n => n.Index))
        {
            Layer layer = node.Layer;
            Tensor input = node.Input, output = node.Output;
            if (layer is AddShortcutLayer && !node.IsFree)
            {
                node.Fuse("a pass of its own");
            }

            if (node.IsFree)
            {
                output.BeViewOf(input);
            }
            else if (layer.IsView)
            {
                node.IsFree = true;
                node.Fusion = "no work";
                output.BeViewOf(input);
            }
            else if (layer.IsRelu && input.Root.Producer is { HasRelu: false, Layer.FusesRelu: true } producer && !input.IsShared)
            {
                node.IsFree = true;
                node.Fusion = $"in {(producer.Name.Length > 0 ? producer.Name : producer.Layer.Kind)}";
                producer.HasRelu = true;
                producer.Fuse("relu");
                producer.Output.IsRectified = true;
                output.BeViewOf(input);
                output.IsRectified = true;
            }
            else if (CanRunInPlace(node))
            {
                node.Fuse("in place");
                output.LieIn(input.Storage);
                output.IsRectified = layer.IsRelu || (layer.KeepsMask && input.IsRectified);
            }
            else
            {
                if (node.Parameters.Any(static p => p.Declaration.Role == "Bias") && layer.FusesRelu)
                {
                    node.Fuse("bias");
                }

                output.LieIn(CanOverwrite(node.Added) ? node.Added!.Storage : program.NewStorage(NameOf(node), output.Shape.Count));
                output.IsRectified = layer.IsRelu;
            }
        }
    }

    // A batch normalisation that only an addition reads adds the shortcut itself, at the addition's place, where the shortcut is there.
    private static void FuseShortcut(Node addition)
    {
        if (addition.Input.Producer is { Layer: BatchNormLayer } normalization && addition.Input.Consumers.Count == 1)
        {
            normalization.Added = addition.Shortcut;
            normalization.Order = addition.Index;
            normalization.Fuse("shortcut");
            addition.IsFree = true;
            addition.Fusion = $"in {normalization.Name}";
        }
    }

    // The projection's output is read by the addition alone: not even its own backward pass needs it.
    private static bool CanOverwrite(Tensor? added) =>
        added is { IsShared: false } && added.Root == added && added.Producer is { Layer: BatchNormLayer, HasRelu: false, Added: null };

    private static string NameOf(Node node) => node.Name.Length > 0 ? node.Name : $"{node.Layer.Kind} (layer {Literal.Of(node.Index)})";

    private static bool CanRunInPlace(Node node)
    {
        Tensor input = node.Input;
        return node.Layer.RunsInPlace
            && input.Root.Producer is { Layer.BackwardReadsOutput: false }
            && !input.IsShared
            && (!input.IsRectified || node.Layer.KeepsMask);
    }
}
