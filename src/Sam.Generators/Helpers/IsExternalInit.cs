namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for to make init-only properties on a framework that does not have it.</summary>
internal static class IsExternalInit;
