using Microsoft.CodeAnalysis;
using Sam.Generators.Helpers;
using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models.Layers;

/// <summary>A layer of the user's own.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TypeName">The type that computes it, with global::.</param>
/// <param name="ShortName">The type for people.</param>
/// <param name="OutputText">The output's shape as it was written, or null.</param>
/// <param name="Declared">Its parameters.</param>
internal sealed record CustomLayer(
    string Name, string TypeName, string ShortName, string? OutputText, EquatableArray<CustomParameter> Declared) : Layer(Name)
{
    public override bool HasName => true;

    public override string Kind => $"Layer<{ShortName}>";

    public override bool BackwardReadsInput => true;

    public override bool BackwardReadsOutput => true;

    public static CustomLayer Read(AttributeArguments arguments, ITypeSymbol type) => new(
        arguments.Text(0),
        type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
        type.Name,
        arguments.Named<string?>("Output", null),
        new EquatableArray<CustomParameter>(ReadParameters(type)));

    /// <summary>What is wrong with a parameter for this input, or null.</summary>
    public string? WrongParameter(Sizes input)
    {
        HashSet<string> properties = [];
        foreach (CustomParameter parameter in Declared)
        {
            string? wrong = parameter.Wrong(input)
                ?? (properties.Add(Names.Property(parameter.Name)) ? null : $"'{parameter.Name}' is there twice; write another name");
            if (wrong is not null)
            {
                return wrong;
            }
        }

        return null;
    }

    public override Sizes Output(Sizes input) => Sizes.TryParse(OutputText, out Sizes output) ? output : input;

    public override IReadOnlyList<ParameterDeclaration> Parameters(Sizes input) => [.. Declared.Select(p => p.Declare(input))];

    public override void Forward(Program program, Node node) => program.CallMethod(
        $"{Names.CustomLayer}.Forward<{TypeName}>",
        [Argument.Text("pass"), Argument.Text(SlotName(node)), Argument.Read(node.Input), Argument.Write(node.Output)]);

    public override void Backward(Program program, Node node, Gradient gradient)
    {
        Gradient? input = node.Input.NeedsGradient ? program.NewGradient(node.Input, masked: false) : null;
        program.CallMethod(
            $"{Names.CustomLayer}.Backward<{TypeName}>",
            [
                Argument.Text("pass"),
                Argument.Text(SlotName(node)),
                Argument.Read(node.Input),
                Argument.Read(node.Output),
                Argument.Read(gradient),
                input is null ? Argument.Null : Argument.Write(input),
            ]);
        if (input is not null)
        {
            program.Deposit(node.Input, input);
        }
    }

    /// <summary>Name of the static field that holds the layer's place in the model.</summary>
    public static string SlotName(Node node) => $"GeneratedLayout.Layer{Literal.Of(node.Index)}";

    private static IEnumerable<CustomParameter> ReadParameters(ITypeSymbol type) => type.GetAttributes()
        .Where(static a => a.AttributeClass?.ToDisplayString() == Names.LayerParameterAttribute)
        .Select(static a => new AttributeArguments(a))
        .Where(static a => a.AreWhole)
        .Select(static a => new CustomParameter(
            a.Text(0), a.Text(1), a.Named("Initial", 0f), a.Named<string?>("FanIn", null), a.NamedMember("Role", "Weight")));
}
