using System.Globalization;
using System.Text;

namespace Sam.Native;

public abstract partial class Model
{
    /// <summary>The model as a table: layers in order, shapes of one example after them, parameters, what is computed together, and bytes
    /// by role.</summary>
    /// <returns>Lines that end in LF, the same in every culture.</returns>
    /// <remarks>The bytes are those of this instance, with its batch size. What an optimizer keeps (saved weights, momentum)
    /// and the workspace that a device shares among its models are not among them.</remarks>
    public string Summary()
    {
        List<string[]> rows = [["layer", "kind", "output", "parameters", "fused"]];
        foreach (LayerInfo layer in Layout.Layers)
        {
            string count = layer.ParameterCount == 0 ? "" : Grouped(layer.ParameterCount);
            rows.Add([layer.Name, layer.Kind, layer.OutputShape.ToString(), count, layer.Fusion]);
        }

        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Layout.Name}: {InputShape} to {OutputShape}, batch {BatchSize}, on {Device.Name}\n\n");
        AppendTable(text, rows, rightAligned: 3);

        long parameters = 0;
        foreach (ParameterInfo parameter in Layout.Parameters)
        {
            parameters += parameter.Count;
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{Grouped(parameters)} parameters\n\n");
        List<string[]> bytes = [["memory", "bytes"]];
        long total = 0;
        foreach (DeviceMemory memory in (ReadOnlySpan<DeviceMemory>)[_weights, _gradients, .. Layout.BufferCount > 0 ? [_buffers] : Array.Empty<DeviceMemory>(), _activations, _targets, _scalars])
        {
            bytes.Add([memory.Role, Grouped(memory.ByteCount)]);
            total += memory.ByteCount;
        }

        bytes.Add(["total", Grouped(total)]);
        AppendTable(text, bytes, rightAligned: 1);
        return text.ToString();
    }

    private static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void AppendTable(StringBuilder text, List<string[]> rows, int rightAligned)
    {
        int[] widths = new int[rows[0].Length];
        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        rows.Insert(1, [.. widths.Select(static w => new string('-', w))]);

        foreach (string[] row in rows)
        {
            StringBuilder line = new();
            for (int i = 0; i < row.Length; i++)
            {
                line.Append(i == 0 ? "" : "  ").Append(i == rightAligned ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i]));
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }
    }
}
