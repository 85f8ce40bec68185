namespace Sam.Native;

/// <summary>Kinds of <see cref="Combination"/>.</summary>
public enum CombinationKind
{
    /// <summary>The second gradient alone (SAM).</summary>
    Plain,

    /// <summary>GSAM: without the first gradient's orthogonal part.</summary>
    Gap,

    /// <summary>WSAM: weighted sharpness.</summary>
    Weighted,

    /// <summary>LookSAM: the orthogonal part is reused.</summary>
    Look,
}
