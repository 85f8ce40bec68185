using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models;

/// <summary>Writes the typed properties of a model: its layers', and in blocks those of the blocks' layers.</summary>
internal static class BindingWriter
{
    private const string Native = Names.Native;

    public static void WriteProperty(IndentedTextWriter text, BindingGroup group)
    {
        Node? node = group.Layer;
        text.Line(node is null
            ? $"/// <summary>The layers of {group.FullName}.</summary>"
            : $"/// <summary>The parameters of {group.FullName}: {Escape(node.Layer.Description)}, {node.Input.Shape} to {node.Output.Shape}.</summary>");
        text.Line($"public {group.ClassName} {group.Property} {{ get; }}");
    }

    public static void WriteAssignment(IndentedTextWriter text, BindingGroup group, string parameters, string buffers) =>
        text.Line($"{group.Property} = new {group.ClassName}({parameters}{(group.HasBuffers ? $", {buffers}" : "")});");

    public static void WriteClass(IndentedTextWriter text, BindingGroup group)
    {
        text.Line(group.Layer is null ? $"/// <summary>The layers of {group.FullName}.</summary>" : $"/// <summary>The parameters of {group.FullName}.</summary>");
        text.Open($"public sealed class {group.ClassName}");
        string buffers = group.HasBuffers ? $", global::System.ReadOnlySpan<{Native}ModelBuffer> buffers" : "";
        text.Open($"internal {group.ClassName}({Native}ParameterCollection parameters{buffers})");
        IReadOnlyList<ParameterSlot> parameters = group.Layer?.Parameters ?? [];
        IReadOnlyList<BufferSlot> slots = group.Layer?.Buffers ?? [];
        for (int i = 0; i < parameters.Count; i++)
        {
            text.Line($"{Names.Property(parameters[i].Declaration.Name)} = parameters[{Literal.Of(group.FirstParameter + i)}];");
        }

        for (int i = 0; i < slots.Count; i++)
        {
            text.Line($"{Names.Property(slots[i].Declaration.Name)} = buffers[{Literal.Of(group.FirstBuffer + i)}];");
        }

        foreach (BindingGroup child in group.Children)
        {
            WriteAssignment(text, child, "parameters", "buffers");
        }

        text.Close();
        foreach (ParameterSlot slot in parameters)
        {
            text.Line();
            text.Line($"/// <summary>{slot.FullName}, {slot.Declaration.Shape}.</summary>");
            text.Line($"public {Native}Parameter {Names.Property(slot.Declaration.Name)} {{ get; }}");
        }

        foreach (BufferSlot slot in slots)
        {
            text.Line();
            text.Line($"/// <summary>{slot.FullName}, {(slot.Declaration.IsInteger ? "an integer" : slot.Declaration.Shape.ToString())}.</summary>");
            text.Line($"public {Native}ModelBuffer {Names.Property(slot.Declaration.Name)} {{ get; }}");
        }

        foreach (BindingGroup child in group.Children)
        {
            text.Line();
            WriteProperty(text, child);
        }

        foreach (BindingGroup child in group.Children)
        {
            text.Line();
            WriteClass(text, child);
        }

        text.Close();
    }

    /// <summary>Text as XML.</summary>
    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
