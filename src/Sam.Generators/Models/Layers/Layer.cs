using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>A layer as its attribute declares it. A kind of layer is one record: how it is read, checked, described and turned into
/// calls.</summary>
/// <param name="Name">Its name, or empty for kinds that have no parameters.</param>
internal abstract record Layer(string Name)
{
    /// <summary>The attribute's name.</summary>
    public abstract string Kind { get; }

    /// <summary>The kind with its sizes, such as Conv2d(32, 5x5, padding 2).</summary>
    public virtual string Description => Kind;

    /// <summary>The layer in a message: its kind and, if it has one, its name.</summary>
    public string Title => Name.Length == 0 ? Kind : $"{Kind} '{Name}'";

    /// <summary>Whether layers of this kind have a name, which makes a property of the model.</summary>
    public virtual bool HasName => false;

    /// <summary>Whether the layer changes the shape at most, and moves nothing.</summary>
    public virtual bool IsView => false;

    /// <summary>Whether a ReLU behind it can be computed by the same call.</summary>
    public virtual bool FusesRelu => false;

    /// <summary>Whether the output is the ReLU of something, so that its own sign is the mask of its gradient.</summary>
    public virtual bool IsRelu => false;

    /// <summary>Whether output and input may be the same memory.</summary>
    public virtual bool RunsInPlace => false;

    /// <summary>Whether elements keep their sign or become zero together with their gradient, so that a ReLU mask read from the output
    /// serves the input.</summary>
    public virtual bool KeepsMask => false;

    /// <summary>Whether the backward pass itself zeroes the gradient where a ReLU that is computed together with it was off.</summary>
    public virtual bool MasksOwnGradient => false;

    /// <summary>Whether the backward pass reads the input.</summary>
    public virtual bool BackwardReadsInput => false;

    /// <summary>Whether the backward pass reads the output.</summary>
    public virtual bool BackwardReadsOutput => false;

    /// <summary>What is wrong with the layer's own numbers, or null.</summary>
    public virtual string? WrongSize() => null;

    /// <summary>Why the layer cannot follow a value of this shape and what to write instead, or null where it can.</summary>
    public virtual string? Misfit(Sizes input) => null;

    /// <summary>Shape of the output; called where there is no misfit.</summary>
    public virtual Sizes Output(Sizes input) => input;

    /// <summary>What the layer steps over, or null where it changes rows or columns in another way; called where there is no misfit.</summary>
    public virtual Strides? Steps(Sizes input) =>
        Output(input) is { Rank: 3 } output && input.Rank == 3 && output[1] == input[1] && output[2] == input[2] ? Strides.One : null;

    /// <summary>The parameters in their order; called where there is no misfit.</summary>
    public virtual IReadOnlyList<ParameterDeclaration> Parameters(Sizes input) => [];

    /// <summary>The buffers in their order; called where there is no misfit.</summary>
    public virtual IReadOnlyList<BufferDeclaration> Buffers(Sizes input) => [];

    /// <summary>Elements of buffer memory that are kept from the forward to the backward pass, whatever the batch.</summary>
    public virtual int KeptCount(Sizes input) => 0;

    /// <summary>The smallest batch that it can take, in training or in evaluation.</summary>
    public virtual int MinimumBatch(Sizes input, bool training) => 1;

    /// <summary>Writes the forward calls.</summary>
    public virtual void Forward(Program program, Node node)
    {
    }

    /// <summary>Writes the backward calls, from the gradient of the output to those of the parameters and, where it is needed, of the
    /// input.</summary>
    public virtual void Backward(Program program, Node node, Gradient gradient)
    {
    }

    /// <summary>A message about the first of these numbers that is too small, or null.</summary>
    private protected static string? TooSmall(params (string Name, int Value, int Minimum)[] numbers)
    {
        foreach ((string name, int value, int minimum) in numbers)
        {
            if (value < minimum)
            {
                return $"{name} is {Helpers.Literal.Of(value)}; write a number of at least {Helpers.Literal.Of(minimum)}";
            }
        }

        return null;
    }
}
