using Sam.Native;

namespace Sam.Cuda.Tests;

/// <summary>Adafactor's kernels against the CPU over tensors of every kind of part: vectors, many small matrices, matrices that are cut by rows and
/// columns, with and without a stored mean.</summary>
public sealed class AdafactorTests
{
    // Sums are in double on both devices in different orders, then rounded to float once.
    private const double Tolerance = 1e-6;

    private static readonly Shape[] s_shapes =
    [
        new Shape(1), new Shape(701), new Shape(1, 37), new Shape(37, 1), new Shape(64, 65), new Shape(70, 16), new Shape(130, 62), new Shape(90, 200),
        new Shape(3, 5700), new Shape(4100, 5), new Shape(6, 5, 3, 3), new Shape(60, 40, 3, 3), new Shape(9, 7, 1, 1), new Shape(2, 70, 80),
        new Shape(2, 2, 3, 2, 2, 4),
    ];

    [Fact]
    public void MomentsAndDirection_AreTheCpus()
    {
        using TwoDevices devices = new();
        using Table table = new(devices);
        Pair<float> w = devices.Random(table.Count, 3), coefficients = devices.Output(table.Coefficients);
        Pair<float>[] gradients = [devices.Random(table.Count, 1), devices.Random(table.Count, 2, 1e-3f)];
        Pair<StepState> open = devices.Put(default(StepState)), closed = devices.Put(new StepState { Gate = 1 });
        devices.Run((kernels, side) =>
        {
            kernels.FactoredMoments(table.At(side), 1, side.At(gradients[0]), side.At(open));
            kernels.FactoredMoments(table.At(side), 0.5743491774985174, side.At(gradients[1]), default);
            kernels.FactoredMoments(table.At(side), 0.5, side.At(w), side.At(closed));
            kernels.FactoredDirection(
                table.Pieces(side), table.At(side), new FactoredStep(1.1920929e-7f, 1e-3f, 0.9f), side.At(gradients[1]), side.At(w),
                side.At(coefficients));
        });
        table.AssertMomentsAreClose(Tolerance);
        gradients[1].AssertClose(Tolerance);
        coefficients.AssertClose(Tolerance);
    }

    [Fact]
    public void AFrozenTensor_HasNoFactor_AndANumberThatIsNotFinite_Stays()
    {
        using TwoDevices devices = new();
        using Table table = new(devices, frozen: 4);
        float[] values = new float[table.Count];
        Array.Fill(values, 0.25f);
        values[table.Offsets[5] + 17] = float.NaN;
        Pair<float> g = devices.Put<float>(values), w = devices.Random(table.Count, 3), coefficients = devices.Output(table.Coefficients);
        devices.Run((kernels, side) =>
        {
            kernels.FactoredMoments(table.At(side), 1, side.At(g), default);
            kernels.FactoredDirection(
                table.Pieces(side), table.At(side), new FactoredStep(1.1920929e-7f, 1e-3f, 1), side.At(g), side.At(w), side.At(coefficients));
        });
        g.AssertClose(Tolerance);
        coefficients.AssertClose(Tolerance);
        float[] factors = coefficients.Cuda();
        Assert.Equal([0, 0, 0, 0, 0], factors[20..25]);
        Assert.True(float.IsNaN(factors[25]));
        Assert.True(float.IsFinite(factors[30]));
    }

    [Fact]
    public void OneInputGivesOneResult()
    {
        string Once()
        {
            using CudaSession session = new();
            using ShapedModel model = new(session.Device, s_shapes);
            using SamOptimizer sam = new(model, new Adafactor(0.1f, weightDecay: 0.1f), Perturbation.Sam(0.05f));
            for (int step = 0; step < 2; step++) sam.Step(() => model.Run(step));
            return Sam.Tests.HostCopies.Hash(model);
        }

        Assert.Equal(Once(), Once());
    }

    /// <summary>Factored moments and pieces of the shapes on both devices.</summary>
    private sealed class Table : IDisposable
    {
        private readonly ShapedModel[] _models;
        private readonly FactoredState[] _states;
        private readonly Pair<ArenaPiece> _pieces;
        private readonly Pair<double> _partials;
        private readonly TwoDevices _devices;

        public Table(TwoDevices devices, int frozen = -1)
        {
            _devices = devices;
            int[] groups = [.. s_shapes.Select((_, index) => index == frozen ? -1 : 0)];
            _models = [new ShapedModel(devices.Cpu, s_shapes), new ShapedModel(devices.Session.Device, s_shapes)];
            _states = [.. _models.Select(model => new FactoredState(model, groups))];
            List<ArenaPiece> pieces = [];
            for (int t = 0; t < s_shapes.Length; t++)
            {
                int offset = _models[0].Parameters[t].Offset, count = s_shapes[t].Count;
                Offsets.Add(offset);
                for (int start = 0; start < count && t != frozen; start += ArenaPiece.MaximumCount)
                {
                    pieces.Add(new ArenaPiece(offset + start, Math.Min(ArenaPiece.MaximumCount, count - start), 0, t, 1));
                }
            }

            Count = _models[0].Layout.ArenaCount;
            _pieces = devices.Put<ArenaPiece>(pieces.ToArray());
            _partials = devices.Room<double>(pieces.Count * (int)ArenaPieces.PartialCount);
        }

        public int Count { get; }

        public List<int> Offsets { get; } = [];

        public int Coefficients => s_shapes.Length * UpdateArguments.CoefficientCount;

        public FactoredTensors At(Side side) => _states[side.IsCuda ? 1 : 0].Tensors;

        public ArenaPieces Pieces(Side side) => new(side.At(_pieces), _pieces.Count, Count, s_shapes.Length, side.At(_partials));

        public void AssertMomentsAreClose(double tolerance)
        {
            for (int t = 0; t < s_shapes.Length; t++)
            {
                foreach ((string name, long[] dimensions, DevicePointer<float> values) in _states[0].MomentsOf(t))
                {
                    DevicePointer<float> other = _states[1].MomentsOf(t).Single(entry => entry.Name == name).Values;
                    int count = (int)dimensions.Aggregate(1L, static (product, size) => product * size);
                    new Pair<float>(_devices, values, other, count).AssertClose(tolerance);
                }
            }
        }

        public void Dispose()
        {
            foreach (FactoredState state in _states) state.Dispose();
            foreach (ShapedModel model in _models) model.Dispose();
        }
    }

    /// <summary>Tensors of given shapes and gradients of random numbers.</summary>
    private sealed class ShapedModel(Device device, params Shape[] shapes) : Model(device, 1, 1, Describe(shapes))
    {
        public float Run(int step)
        {
            ZeroGradients();
            Random random = new(step);
            foreach (Parameter parameter in Parameters)
            {
                float[] values = [.. Enumerable.Range(0, parameter.Count).Select(_ => random.NextSingle() - 0.5f)];
                Device.Upload<float>(values, parameter.GradientPointer);
            }

            return 0;
        }

        protected override void ForwardCore(in PassContext pass)
        {
        }

        protected override void BackwardCore(in PassContext pass)
        {
        }

        private static ModelLayout Describe(Shape[] shapes)
        {
            List<ParameterInfo> parameters = [];
            int offset = 0;
            for (int t = 0; t < shapes.Length; t++)
            {
                parameters.Add(new ParameterInfo($"layer{t}.weight", shapes[t], offset, ParameterRole.Weight, Initializer.Constant(0.5f)));
                offset += (shapes[t].Count + 15) & ~15;
            }

            return new ModelLayout
            {
                Name = "Shaped",
                InputShape = new Shape(1),
                OutputShape = new Shape(1),
                Parameters = [.. parameters],
                Layers = [],
                ArenaCount = offset,
                ActivationCount = 48,
                InputOffset = 0,
                OutputOffset = 16,
                OutputGradientOffset = 32,
            };
        }
    }
}
