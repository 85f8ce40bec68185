namespace Sam.Emulator.Ptx.Syntax;

/// <summary>The registers that the hardware fills.</summary>
internal enum SpecialRegister
{
    TidX,
    TidY,
    TidZ,
    NtidX,
    NtidY,
    NtidZ,
    CtaidX,
    CtaidY,
    CtaidZ,
    NctaidX,
    NctaidY,
    NctaidZ,
    LaneId,
    WarpId,
    NWarpId,
    SmId,
    NSmId,
    GridId,
    LaneMaskEq,
    LaneMaskLe,
    LaneMaskLt,
    LaneMaskGe,
    LaneMaskGt,
    DynamicSharedSize,
    TotalSharedSize,
    ClusterIdX,
    ClusterIdY,
    ClusterIdZ,
    NClusterIdX,
    NClusterIdY,
    NClusterIdZ,
    ClusterCtaIdX,
    ClusterCtaRank,
    ClusterNctaIdX,
    ClusterNctaRank,
    Zero,
    WarpSize,

    /// <summary>From here on the value changes while a warp runs.</summary>
    Clock,
    ClockHigh,
    Clock64,
    GlobalTimer,
    GlobalTimerLow,
    GlobalTimerHigh,
}

/// <summary>The names of the special registers.</summary>
internal static class SpecialRegisters
{
    private static readonly Dictionary<string, SpecialRegister> ByName = new(StringComparer.Ordinal)
    {
        ["%tid.x"] = SpecialRegister.TidX,
        ["%tid.y"] = SpecialRegister.TidY,
        ["%tid.z"] = SpecialRegister.TidZ,
        ["%ntid.x"] = SpecialRegister.NtidX,
        ["%ntid.y"] = SpecialRegister.NtidY,
        ["%ntid.z"] = SpecialRegister.NtidZ,
        ["%ctaid.x"] = SpecialRegister.CtaidX,
        ["%ctaid.y"] = SpecialRegister.CtaidY,
        ["%ctaid.z"] = SpecialRegister.CtaidZ,
        ["%nctaid.x"] = SpecialRegister.NctaidX,
        ["%nctaid.y"] = SpecialRegister.NctaidY,
        ["%nctaid.z"] = SpecialRegister.NctaidZ,
        ["%laneid"] = SpecialRegister.LaneId,
        ["%warpid"] = SpecialRegister.WarpId,
        ["%nwarpid"] = SpecialRegister.NWarpId,
        ["%smid"] = SpecialRegister.SmId,
        ["%nsmid"] = SpecialRegister.NSmId,
        ["%gridid"] = SpecialRegister.GridId,
        ["%lanemask_eq"] = SpecialRegister.LaneMaskEq,
        ["%lanemask_le"] = SpecialRegister.LaneMaskLe,
        ["%lanemask_lt"] = SpecialRegister.LaneMaskLt,
        ["%lanemask_ge"] = SpecialRegister.LaneMaskGe,
        ["%lanemask_gt"] = SpecialRegister.LaneMaskGt,
        ["%dynamic_smem_size"] = SpecialRegister.DynamicSharedSize,
        ["%total_smem_size"] = SpecialRegister.TotalSharedSize,
        ["%clusterid.x"] = SpecialRegister.ClusterIdX,
        ["%clusterid.y"] = SpecialRegister.ClusterIdY,
        ["%clusterid.z"] = SpecialRegister.ClusterIdZ,
        ["%nclusterid.x"] = SpecialRegister.NClusterIdX,
        ["%nclusterid.y"] = SpecialRegister.NClusterIdY,
        ["%nclusterid.z"] = SpecialRegister.NClusterIdZ,
        ["%cluster_ctaid.x"] = SpecialRegister.ClusterCtaIdX,
        ["%cluster_ctaid.y"] = SpecialRegister.Zero,
        ["%cluster_ctaid.z"] = SpecialRegister.Zero,
        ["%cluster_ctarank"] = SpecialRegister.ClusterCtaRank,
        ["%cluster_nctaid.x"] = SpecialRegister.ClusterNctaIdX,
        ["%cluster_nctaid.y"] = SpecialRegister.ClusterNctaIdX,
        ["%cluster_nctaid.z"] = SpecialRegister.ClusterNctaIdX,
        ["%cluster_nctarank"] = SpecialRegister.ClusterNctaRank,
        ["%tid.w"] = SpecialRegister.Zero,
        ["%ntid.w"] = SpecialRegister.Zero,
        ["%ctaid.w"] = SpecialRegister.Zero,
        ["%nctaid.w"] = SpecialRegister.Zero,
        ["%clock"] = SpecialRegister.Clock,
        ["%clock_hi"] = SpecialRegister.ClockHigh,
        ["%clock64"] = SpecialRegister.Clock64,
        ["%globaltimer"] = SpecialRegister.GlobalTimer,
        ["%globaltimer_lo"] = SpecialRegister.GlobalTimerLow,
        ["%globaltimer_hi"] = SpecialRegister.GlobalTimerHigh,
        ["WARP_SZ"] = SpecialRegister.WarpSize,
    };

    /// <summary>Looks a name up.</summary>
    public static bool TryParse(string name, out SpecialRegister register) => ByName.TryGetValue(name, out register);

    /// <summary>Whether the value changes while a warp runs.</summary>
    public static bool IsVolatile(this SpecialRegister register) => register >= SpecialRegister.Clock;

    /// <summary>The width in bytes.</summary>
    public static int Size(this SpecialRegister register) =>
        register is SpecialRegister.Clock64 or SpecialRegister.GlobalTimer or SpecialRegister.GridId ? 8 : 4;
}
