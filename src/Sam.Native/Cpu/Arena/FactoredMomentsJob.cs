using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Adafactor's moving averages of squares over rows and columns; see <see cref="DeviceKernels.FactoredMoments"/>.</summary>
internal unsafe struct FactoredMomentsJob : ITeamJob
{
    private FactoredTensor* _tensors;
    private FactoredPart* _parts;
    private float* _moments;
    private float* _gradient;
    private double _share;
    private VectorWidth _width;

    /// <summary>Updates all moments.</summary>
    /// <param name="team">The team.</param>
    /// <param name="tensors">Where they lie.</param>
    /// <param name="share">Share of this step.</param>
    /// <param name="gradient">g.</param>
    public static void Run(WorkerTeam team, in FactoredTensors tensors, double share, float* gradient)
    {
        FactoredMomentsJob job = new()
        {
            _tensors = tensors.Tensors.ToPointer(),
            _parts = tensors.Parts.ToPointer(),
            _moments = tensors.Moments.ToPointer(),
            _gradient = gradient,
            _share = share,
            _width = Simd.Width,
        };
        team.Dispatch(tensors.PartCount, ref job);
        for (int i = 0; i < tensors.Count; i++)
        {
            job.StoreMeans(job._tensors[i]);
        }
    }

    public readonly void Invoke(int part, int worker)
    {
        FactoredPart work = _parts[part];
        FactoredTensor tensor = _tensors[work.Tensor];
        switch (_width)
        {
            case VectorWidth.Vector512: Choose<Doubles512>(work, tensor); break;
            case VectorWidth.Vector256: Choose<Doubles256>(work, tensor); break;
            default: Choose<Doubles128>(work, tensor); break;
        }
    }

    private readonly void Choose<TD>(FactoredPart work, in FactoredTensor tensor)
        where TD : unmanaged, IDoubles<TD>
    {
        switch (work.Kind)
        {
            case FactoredPartKind.Matrices: Matrices(work, tensor); break;
            case FactoredPartKind.Rows: Rows<TD>(work, tensor); break;
            default: Columns<TD>(work, tensor); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Matrices(FactoredPart work, in FactoredTensor tensor)
    {
        int rows = tensor.Rows, columns = tensor.Columns;
        double* sums = stackalloc double[FactoredPart.ColumnCount];
        for (int matrix = work.First; matrix < work.First + work.Count; matrix++)
        {
            float* g = _gradient + tensor.Offset + ((nint)matrix * rows * columns);
            new Span<double>(sums, columns).Clear();
            float* rowMoments = _moments + tensor.RowMoments + ((nint)matrix * rows);
            for (int row = 0; row < rows; row++)
            {
                double sum = 0;
                for (int column = 0; column < columns; column++)
                {
                    double square = (double)g[column] * g[column];
                    sum += square;
                    sums[column] += square;
                }

                Move(rowMoments + row, sum / columns);
                g += columns;
            }

            float* columnMoments = _moments + tensor.ColumnMoments + ((nint)matrix * columns);
            for (int column = 0; column < columns; column++)
            {
                Move(columnMoments + column, sums[column] / rows);
            }
        }
    }

    private readonly void Rows<TD>(FactoredPart work, in FactoredTensor tensor)
        where TD : unmanaged, IDoubles<TD>
    {
        for (int row = work.First; row < work.First + work.Count; row++)
        {
            float* g = _gradient + tensor.Offset + ((nint)row * tensor.Columns);
            Move(_moments + tensor.RowMoments + row, Squares<TD>(g, tensor.Columns) / tensor.Columns);
        }
    }

    private static double Squares<TD>(float* g, nint count)
        where TD : unmanaged, IDoubles<TD>
    {
        if (count < 16)
        {
            double sum = 0;
            for (nint i = 0; i < count; i++) sum += (double)g[i] * g[i];
            return sum;
        }

        return LaneSums.Squares<TD>(g, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Columns<TD>(FactoredPart work, in FactoredTensor tensor)
        where TD : unmanaged, IDoubles<TD>
    {
        int rows = Math.Max(1, tensor.Rows), columns = tensor.Columns;
        double* sums = stackalloc double[FactoredPart.ColumnCount];
        float* tail = stackalloc float[32];
        int count = Math.Min(FactoredPart.ColumnCount, columns - work.Count);
        float* start = _gradient + tensor.Offset + ((nint)work.First * rows * columns) + work.Count;
        if (count == FactoredPart.ColumnCount)
        {
            // All at once, so that each line of a row is read once.
            TD sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            float* x = start;
            for (int row = 0; row < rows; row++, x += columns)
            {
                TD values0 = TD.Load(x), values1 = TD.Load(x + 16), values2 = TD.Load(x + 32), values3 = TD.Load(x + 48);
                sum0 = TD.AddProduct(sum0, values0, values0);
                sum1 = TD.AddProduct(sum1, values1, values1);
                sum2 = TD.AddProduct(sum2, values2, values2);
                sum3 = TD.AddProduct(sum3, values3, values3);
            }

            sum0.Store(sums);
            sum1.Store(sums + 16);
            sum2.Store(sums + 32);
            sum3.Store(sums + 48);
        }
        else
        {
            for (int first = 0; first < count; first += 16)
            {
                TD sum = default;
                int lanes = Math.Min(16, count - first);
                for (int row = 0; row < rows; row++)
                {
                    float* x = start + first + ((nint)row * columns);
                    if (lanes < 16)
                    {
                        LaneSums.Pad(x, lanes, tail);
                        x = tail;
                    }

                    TD values = TD.Load(x);
                    sum = TD.AddProduct(sum, values, values);
                }

                sum.Store(sums + first);
            }
        }

        float* moments = _moments + tensor.ColumnMoments + ((nint)work.First * columns) + work.Count;
        for (int column = 0; column < count; column++)
        {
            Move(moments + column, sums[column] / rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Move(float* moment, double value) => *moment = (float)(*moment + (_share * (value - *moment)));

    private readonly void StoreMeans(in FactoredTensor tensor)
    {
        if (tensor.RowMeans < 0)
        {
            return;
        }

        for (int matrix = 0; matrix < tensor.Matrices; matrix++)
        {
            _moments[tensor.RowMeans + matrix] = FactoredDirectionJob.Mean(_moments + tensor.RowMoments + ((nint)matrix * tensor.Rows), tensor.Rows);
        }
    }
}
