namespace Sam.Native.Cpu;

/// <summary>Transforms and sums whole groups of chunks for the gradient of the weights. A part is one group: what it transforms stays in
/// its worker's scratch memory, and in the cache of the core that multiplies it.</summary>
internal unsafe struct WinogradGradientGroups : ITeamJob
{
    /// <summary>The transforms, all but the chunk's fields and places.</summary>
    public WinogradGradientInputs Transform;

    /// <summary>The products, all but the chunk's fields and places; one strip.</summary>
    public WinogradGradientProducts Multiply;

    /// <summary>Rows of tiles of all images.</summary>
    public int TileRows;

    /// <summary>Rows of tiles of a chunk.</summary>
    public int ChunkRows;

    /// <summary>Tiles of a row.</summary>
    public int TileColumns;

    /// <summary>Products of a tile.</summary>
    public int Products;

    /// <summary>Groups.</summary>
    public int Groups;

    /// <summary>The first chunk of a group.</summary>
    /// <param name="group">Number of the group.</param>
    /// <returns>Its number; for the number of groups, that of all chunks.</returns>
    public readonly int FirstChunk(int group) => (int)((long)((TileRows + ChunkRows - 1) / ChunkRows) * group / Groups);

    /// <summary>Sets the fields of one chunk.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="chunk">Number of the chunk.</param>
    public void Chunk(int group, int chunk)
    {
        Transform.FirstTileRow = chunk * ChunkRows;
        Transform.TileRowCount = Math.Min(ChunkRows, TileRows - (chunk * ChunkRows));
        Multiply.Tiles = Transform.TileRowCount * TileColumns;
        Multiply.Group = group;
        Multiply.First = chunk == FirstChunk(group);
    }

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        WinogradGradientGroups own = this;
        float* chunk = (float*)(Transform.Scratch + ((nint)worker * WorkerTeam.ScratchBytes)) + WinogradPlan.TransformElements(Transform.Shape, Transform.Form);
        own.Transform.Inputs = chunk;
        own.Transform.Gradients = chunk + ((nint)Products * Transform.ChunkTiles * (Transform.Shape.InChannels + WinogradPlan.RowGap));
        own.Multiply.Inputs = own.Transform.Inputs;
        own.Multiply.Gradients = own.Transform.Gradients;
        for (int i = FirstChunk(part); i < FirstChunk(part + 1); i++)
        {
            own.Chunk(part, i);
            for (int rows = 0; rows * Transform.PartTileRows < own.Transform.TileRowCount; rows++)
            {
                own.Transform.Invoke(rows, worker);
            }

            for (int product = 0; product < Products; product++)
            {
                own.Multiply.Invoke(product, worker);
            }
        }
    }
}
