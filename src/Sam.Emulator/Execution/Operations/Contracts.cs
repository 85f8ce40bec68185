using System.Runtime.Intrinsics;

namespace Sam.Emulator.Execution.Operations;

/// <summary>A function of one value.</summary>
internal interface IUnary<T, R>
{
    /// <summary>The result for one lane.</summary>
    static abstract R Apply(T a, int mode);
}

/// <summary>A function of two values.</summary>
internal interface IBinary<T, U, R>
{
    /// <summary>The result for one lane.</summary>
    static abstract R Apply(T a, U b, int mode);
}

/// <summary>A function of three values.</summary>
internal interface ITernary<T, U, R>
{
    /// <summary>The result for one lane.</summary>
    static abstract R Apply(T a, T b, U c, int mode);
}

/// <summary>A function of one value that runs on whole vectors.</summary>
internal interface IVectorUnary<T>
{
    /// <summary>The results for a vector of lanes.</summary>
    static abstract Vector512<T> Apply(Vector512<T> a);
}

/// <summary>A function of two values that runs on whole vectors.</summary>
internal interface IVectorBinary<T>
{
    /// <summary>The results for a vector of lanes.</summary>
    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b);
}

/// <summary>A function of three values that runs on whole vectors.</summary>
internal interface IVectorTernary<T>
{
    /// <summary>The results for a vector of lanes.</summary>
    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b, Vector512<T> c);
}

/// <summary>A comparison that runs on whole vectors.</summary>
internal interface IVectorCompare<T>
{
    /// <summary>All ones where it holds.</summary>
    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b);
}

/// <summary>A comparison of two values.</summary>
internal interface ICompare<T>
{
    /// <summary>Whether it holds for one lane.</summary>
    static abstract bool Apply(T a, T b, int mode);
}
