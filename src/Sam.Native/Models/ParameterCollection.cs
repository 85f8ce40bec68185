using System.Diagnostics.CodeAnalysis;

namespace Sam.Native;

/// <summary>The parameters of a model in the order of its layers. Enumerating it allocates nothing.</summary>
public readonly struct ParameterCollection
{
    private readonly Parameter[] _parameters;

    internal ParameterCollection(Parameter[] parameters) => _parameters = parameters;

    /// <summary>Number of parameters (tensors).</summary>
    public int Count => _parameters.Length;

    /// <summary>A parameter by its position.</summary>
    /// <param name="index">0 for the first.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such parameter.</exception>
    public Parameter this[int index] => _parameters[index];

    /// <summary>A parameter by its name.</summary>
    /// <param name="name">torch's name, such as conv1.weight.</param>
    /// <exception cref="KeyNotFoundException">The model has no parameter of that name; the message lists those it has.</exception>
    public Parameter this[string name] => TryGet(name, out Parameter? parameter)
        ? parameter
        : throw new KeyNotFoundException($"There is no parameter '{name}'; there are {string.Join(", ", _parameters.Select(static p => p.Name))}.");

    /// <summary>Looks a parameter up by its name.</summary>
    /// <param name="name">torch's name, such as conv1.weight.</param>
    /// <param name="parameter">The parameter, or null.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out Parameter? parameter)
    {
        foreach (Parameter candidate in _parameters)
        {
            if (candidate.Name == name)
            {
                parameter = candidate;
                return true;
            }
        }

        parameter = null;
        return false;
    }

    /// <summary>Goes through the parameters without allocating.</summary>
    /// <returns>The enumerator.</returns>
    public Enumerator GetEnumerator() => new(_parameters);

    /// <summary>Goes through the parameters of a model.</summary>
    public struct Enumerator
    {
        private readonly Parameter[] _parameters;
        private int _index;

        internal Enumerator(Parameter[] parameters)
        {
            _parameters = parameters;
            _index = -1;
        }

        /// <summary>The parameter at the enumerator's place.</summary>
        public readonly Parameter Current => _parameters[_index];

        /// <summary>Goes on to the next parameter.</summary>
        /// <returns>Whether there is one.</returns>
        public bool MoveNext() => ++_index < _parameters.Length;
    }
}
