using Sam.Emulator.Execution;
using Sam.Emulator.Execution.Accesses;

namespace Sam.Emulator.Checks;

/// <summary>The optional checks of one block.</summary>
internal sealed unsafe partial class BlockChecker
{
    private readonly Block block;

    public BlockChecker(Block block)
    {
        this.block = block;
    }

    public void StartBlock()
    {
    }

    public void Release()
    {
    }

    public void OnGlobal(Warp warp, Instruction* i, int bytes, AccessKind kind, bool isRun)
    {
    }

    public void OnShared(Warp warp, Instruction* i, int bytes, AccessKind kind)
    {
    }

    public void OnLocal(Warp warp, int bytes, AccessKind kind)
    {
    }

    public void OnBarrier(Warp warp, Instruction* i, BlockBarrier barrier, int number)
    {
    }

    public void OnBarrierComplete(BlockBarrier barrier)
    {
    }

    public void OnWarpBarrier(Warp warp)
    {
    }

    public void OnFence(Warp warp)
    {
    }

    public void OnWarpOperation(Warp warp, uint members)
    {
    }

    public void OnInactiveLane(Warp warp, int lane, int from)
    {
    }

    public void OnLanesMissing(Warp warp, Fragment fragment)
    {
    }

    public void OnLanesElsewhere(Warp warp, Fragment other)
    {
    }
}
