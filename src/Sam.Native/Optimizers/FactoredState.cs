namespace Sam.Native;

/// <summary>The factored second moments that Adafactor keeps: less memory than an arena.</summary>
internal sealed class FactoredState : IDisposable
{
    private readonly Model _model;
    private readonly FactoredTensor[] _tensors;
    private readonly DeviceMemory _table;
    private readonly DeviceMemory _parts;
    private readonly DeviceMemory _moments;

    public FactoredState(Model model, ReadOnlySpan<int> tensorGroups)
    {
        _model = model;
        _tensors = new FactoredTensor[tensorGroups.Length];
        List<FactoredPart> parts = [];
        int count = 0;
        for (int i = 0; i < _tensors.Length; i++)
        {
            bool trained = tensorGroups[i] >= 0;
            _tensors[i] = Lay(model.Parameters[i], trained, ref count);
            if (trained)
            {
                Cut(i, _tensors[i], parts);
            }
        }

        unsafe
        {
            _table = model.Device.Allocate((long)_tensors.Length * sizeof(FactoredTensor), "table of factored moments");
            _parts = model.Device.Allocate((long)parts.Count * sizeof(FactoredPart), "parts of factored moments");
        }

        _moments = model.Device.Allocate((long)count * sizeof(float), "factored moments");
        model.Device.Upload<FactoredTensor>(_tensors, _table.Pointer<FactoredTensor>());
        model.Device.Upload<FactoredPart>(parts.ToArray(), _parts.Pointer<FactoredPart>());
        Tensors = new FactoredTensors(
            _table.Pointer<FactoredTensor>(), _tensors.Length, _parts.Pointer<FactoredPart>(), parts.Count, _moments.Pointer<float>());
    }

    public FactoredTensors Tensors { get; }

    public long ByteCount => _table.ByteCount + _parts.ByteCount + _moments.ByteCount;

    /// <summary>The moments of one tensor, by torch's names and shapes.</summary>
    public IEnumerable<(string Name, long[] Dimensions, DevicePointer<float> Values)> MomentsOf(int parameter)
    {
        FactoredTensor tensor = _tensors[parameter];
        Shape shape = _model.Parameters[parameter].Shape;
        long[] dimensions = new long[shape.Rank];
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = shape[i];
        }

        DevicePointer<float> moments = _moments.Pointer<float>();
        if (tensor.Rows == 0)
        {
            yield return ("variance", dimensions, moments + tensor.ColumnMoments);
            yield break;
        }

        yield return ("row_var", [.. dimensions[..^1], 1], moments + tensor.RowMoments);
        yield return ("col_var", [.. dimensions[..^2], 1, dimensions[^1]], moments + tensor.ColumnMoments);
    }

    public void Dispose()
    {
        _table.Dispose();
        _parts.Dispose();
        _moments.Dispose();
    }

    private static FactoredTensor Lay(Parameter parameter, bool trained, ref int count)
    {
        Shape shape = parameter.Shape;
        if (!trained)
        {
            return new FactoredTensor(parameter.Offset, 0, 0, 1, 0, 0, -1);
        }

        if (shape.Rank < 2)
        {
            return new FactoredTensor(parameter.Offset, 1, 0, parameter.Count, 0, Take(ref count, parameter.Count), -1);
        }

        int rows = shape[shape.Rank - 2], columns = shape[shape.Rank - 1];
        int matrices = parameter.Count / rows / columns;
        return new FactoredTensor(
            parameter.Offset,
            matrices,
            rows,
            columns,
            Take(ref count, matrices * rows),
            Take(ref count, matrices * columns),
            rows > FactoredTensor.MaximumPlainRows ? Take(ref count, matrices) : -1);
    }

    private static int Take(ref int count, int elements)
    {
        int first = count;
        count = checked((count + elements + 15) & ~15);
        return first;
    }

    private static void Cut(int index, in FactoredTensor tensor, List<FactoredPart> parts)
    {
        int rows = Math.Max(1, tensor.Rows);
        long elements = (long)rows * tensor.Columns;
        if (tensor.Rows > 0 && elements <= FactoredPart.ElementCount && tensor.Columns <= FactoredPart.ColumnCount)
        {
            int step = (int)(FactoredPart.ElementCount / elements);
            for (int first = 0; first < tensor.Matrices; first += step)
            {
                parts.Add(new FactoredPart(index, FactoredPartKind.Matrices, first, Math.Min(step, tensor.Matrices - first)));
            }

            return;
        }

        int allRows = tensor.Matrices * tensor.Rows;
        int rowStep = Math.Max(1, FactoredPart.ElementCount / tensor.Columns);
        for (int first = 0; first < allRows; first += rowStep)
        {
            parts.Add(new FactoredPart(index, FactoredPartKind.Rows, first, Math.Min(rowStep, allRows - first)));
        }

        for (int matrix = 0; matrix < tensor.Matrices; matrix++)
        {
            for (int column = 0; column < tensor.Columns; column += FactoredPart.ColumnCount)
            {
                parts.Add(new FactoredPart(index, FactoredPartKind.Columns, matrix, column));
            }
        }
    }
}
