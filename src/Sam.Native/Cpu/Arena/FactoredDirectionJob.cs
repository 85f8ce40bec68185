using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Adafactor's direction from factored moments; see <see cref="DeviceKernels.FactoredDirection"/>.</summary>
internal unsafe struct FactoredDirectionJob : ITeamJob
{
    private const int Stride = 4;
    private const int BlockCount = 256;

    private ArenaPiece* _pieces;
    private FactoredTensor* _tensors;
    private float* _moments;
    private float* _gradient;
    private float* _weights;
    private double* _partials;
    private float _floor;
    private VectorWidth _width;

    /// <summary>Turns the gradient into the direction and finds each tensor's coefficients.</summary>
    /// <param name="team">The team.</param>
    /// <param name="pieces">Where to work, cut by tensor.</param>
    /// <param name="tensors">The moments.</param>
    /// <param name="step">The numbers.</param>
    /// <param name="gradient">g, becomes u.</param>
    /// <param name="weights">w.</param>
    /// <param name="coefficients">Five floats for each tensor.</param>
    public static void Run(
        WorkerTeam team, in ArenaPieces pieces, in FactoredTensors tensors, in FactoredStep step, float* gradient, float* weights,
        float* coefficients)
    {
        FactoredDirectionJob job = new()
        {
            _pieces = pieces.Pieces.ToPointer(),
            _tensors = tensors.Tensors.ToPointer(),
            _moments = tensors.Moments.ToPointer(),
            _gradient = gradient,
            _weights = weights,
            _partials = pieces.Partials.ToPointer(),
            _floor = step.Floor,
            _width = Simd.Width,
        };
        PieceLoop.Run(team, pieces, ref job);
        new Span<float>(coefficients, pieces.TensorCount * UpdateArguments.CoefficientCount).Clear();
        for (int i = 0; i < pieces.Count;)
        {
            // A tensor's pieces follow each other.
            int tensor = job._pieces[i].Tensor;
            double directions = 0, weightSquares = 0;
            long count = 0;
            for (; i < pieces.Count && job._pieces[i].Tensor == tensor; i++)
            {
                directions += job._partials[Stride * i];
                weightSquares += job._partials[(Stride * i) + 1];
                count += job._pieces[i].Count;
            }

            double scale = Math.Max(step.SmallestScale, Math.Sqrt(weightSquares / count));
            double excess = Math.Max(1, Math.Sqrt(directions / count) / step.Threshold);
            coefficients[tensor * UpdateArguments.CoefficientCount] = (float)(scale / excess);
        }
    }

    /// <summary>The mean of row moments, summed in order.</summary>
    /// <param name="moments">The first.</param>
    /// <param name="rows">How many.</param>
    /// <returns>The mean.</returns>
    public static float Mean(float* moments, int rows)
    {
        double sum = 0;
        for (int row = 0; row < rows; row++) sum += moments[row];
        return (float)(sum / rows);
    }

    public readonly void Invoke(int part, int worker)
    {
        switch (_width)
        {
            case VectorWidth.Vector512: Piece<Lanes512, Doubles512>(part); break;
            case VectorWidth.Vector256: Piece<Lanes256, Doubles256>(part); break;
            default: Piece<Lanes128, Doubles128>(part); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Piece<TV, TD>(int part)
        where TV : unmanaged, ILanes<TV>
        where TD : unmanaged, IDoubles<TD>
    {
        ArenaPiece piece = _pieces[part];
        float* variances = stackalloc float[BlockCount];
        float* padded = stackalloc float[BlockCount];
        Cursor cursor = new(_tensors[piece.Tensor], _moments, piece.Offset, _floor);
        TV least = TV.Splat(_floor * _floor);
        TD directions = default, directionsOdd = default, weights = default, weightsOdd = default;
        for (int start = 0; start < piece.Count; start += BlockCount)
        {
            int count = Math.Min(BlockCount, piece.Count - start);
            float* g = _gradient + piece.Offset + start;
            float* w = _weights + piece.Offset + start;
            cursor.Fill<TV>(variances, count);
            for (int i = 0; i < count; i += 16)
            {
                int lanes = Math.Min(16, count - i);
                TV variance = PieceLoop.Load<TV>(variances + i, lanes);
                variance = TV.Select(TV.Less(variance, least), least, variance);
                PieceLoop.Store(g + i, PieceLoop.Load<TV>(g + i, lanes) / TV.Sqrt(variance), lanes);
            }

            Add(Padded(g, count, padded), count, ref directions, ref directionsOdd);
            Add(Padded(w, count, padded), count, ref weights, ref weightsOdd);
        }

        _partials[Stride * part] = (directions + directionsOdd).Sum();
        _partials[(Stride * part) + 1] = (weights + weightsOdd).Sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TD>(float* x, int count, ref TD even, ref TD odd)
        where TD : unmanaged, IDoubles<TD>
    {
        for (int i = 0; i < count; i += 32)
        {
            TD x0 = TD.Load(x + i), x1 = TD.Load(x + i + 16);
            even = TD.AddProduct(even, x0, x0);
            odd = TD.AddProduct(odd, x1, x1);
        }
    }

    private static float* Padded(float* x, int count, float* buffer)
    {
        if (count == BlockCount)
        {
            return x;
        }

        for (int j = 0; j < BlockCount; j++) buffer[j] = j < count ? x[j] : 0f;
        return buffer;
    }

    /// <summary>Goes through the second moments of a tensor, element by element.</summary>
    private struct Cursor
    {
        private readonly FactoredTensor _tensor;
        private readonly float* _moments;
        private readonly float _floor;
        private int _matrix;
        private int _row;
        private int _column;
        private float _mean;

        public Cursor(in FactoredTensor tensor, float* moments, int offset, float floor)
        {
            _tensor = tensor;
            _moments = moments;
            _floor = floor;
            int position = offset - tensor.Offset;
            _column = position % tensor.Columns;
            int row = position / tensor.Columns;
            _matrix = tensor.Rows == 0 ? 0 : row / tensor.Rows;
            _row = tensor.Rows == 0 ? 0 : row % tensor.Rows;
            FindMean();
        }

        /// <summary>The next moments.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Fill<TV>(float* variances, int count)
            where TV : unmanaged, ILanes<TV>
        {
            if (_tensor.Rows == 0)
            {
                new ReadOnlySpan<float>(_moments + _tensor.ColumnMoments + _column, count).CopyTo(new Span<float>(variances, count));
                _column += count;
                return;
            }

            int columns = _tensor.Columns;
            for (int i = 0; i < count;)
            {
                float share = _moments[_tensor.RowMoments + ((nint)_matrix * _tensor.Rows) + _row] / _mean;
                float* moments = _moments + _tensor.ColumnMoments + ((nint)_matrix * columns);
                int end = Math.Min(columns, _column + count - i);
                for (; _column < end; _column += 16, i += 16)
                {
                    int lanes = Math.Min(16, end - _column);
                    PieceLoop.Store(variances + i, PieceLoop.Load<TV>(moments + _column, lanes) * TV.Splat(share), lanes);
                }

                i -= _column - end;
                _column = end;
                if (_column == columns)
                {
                    Advance();
                }
            }
        }

        private void Advance()
        {
            _column = 0;
            if (++_row == _tensor.Rows)
            {
                _row = 0;
                if (++_matrix < _tensor.Matrices)
                {
                    FindMean();
                }
            }
        }

        private void FindMean()
        {
            if (_tensor.Rows > 0)
            {
                float mean = _tensor.RowMeans >= 0
                    ? _moments[_tensor.RowMeans + _matrix]
                    : Mean(_moments + _tensor.RowMoments + ((nint)_matrix * _tensor.Rows), _tensor.Rows);
                _mean = mean < _floor ? _floor : mean;
            }
        }
    }
}
