using Sam.Generators.Models.Programs;

namespace Sam.Generators.Models;

/// <summary>What a property of a model, or of a block's use in it, is bound to: the parameters and buffers of a layer, or the layers of a
/// block.</summary>
internal sealed class BindingGroup
{
    private readonly List<BindingGroup> _children = [];
    private readonly string _fullName;

    private BindingGroup(string name, string fullName)
    {
        Name = name;
        _fullName = fullName;
    }

    /// <summary>The name that makes its property.</summary>
    public string Name { get; }

    /// <summary>The name in the model, for people.</summary>
    public string FullName => _fullName;

    /// <summary>The layer, or null for a block.</summary>
    public Node? Layer { get; private set; }

    /// <summary>Number of the layer's first parameter in the model.</summary>
    public int FirstParameter { get; private set; }

    /// <summary>Number of the layer's first buffer in the model.</summary>
    public int FirstBuffer { get; private set; }

    public IReadOnlyList<BindingGroup> Children => _children;

    public string Property => Names.Property(Name);

    public string ClassName => Property + LayerNameCheck.ParametersSuffix;

    /// <summary>Whether it, or something in it, has buffers.</summary>
    public bool HasBuffers => Layer is { Buffers.Count: > 0 } || _children.Any(static c => c.HasBuffers);

    /// <summary>The bindings of a model, as the children of a group without a name.</summary>
    public static BindingGroup Of(Program program)
    {
        BindingGroup root = new("", "");
        int parameters = 0, buffers = 0;
        foreach (Node node in program.Nodes)
        {
            if (node.Parameters.Count + node.Buffers.Count > 0)
            {
                BindingGroup group = root.Find(node.Path);
                group.Layer = node;
                group.FirstParameter = parameters;
                group.FirstBuffer = buffers;
            }

            parameters += node.Parameters.Count;
            buffers += node.Buffers.Count;
        }

        return root;
    }

    private BindingGroup Find(IReadOnlyList<string> path)
    {
        BindingGroup group = this;
        foreach (string name in path)
        {
            BindingGroup? child = group._children.Find(c => c.Name == name);
            if (child is null)
            {
                child = new BindingGroup(name, group._fullName.Length == 0 ? name : $"{group._fullName}.{name}");
                group._children.Add(child);
            }

            group = child;
        }

        return group;
    }
}
