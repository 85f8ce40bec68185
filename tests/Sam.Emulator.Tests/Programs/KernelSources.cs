namespace Sam.Emulator.Tests;

/// <summary>Well-known kernels, written plainly, as people write them.</summary>
internal static class KernelSources
{
    /// <summary>Sum of n floats: grid-stride loop, warp shuffles, one partial sum of each block, then one block over those.</summary>
    public const string Reduction = """
        __device__ float warp_sum(float v)
        {
            for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_down_sync(0xffffffffu, v, offset);
            return v;
        }

        extern "C" __global__ void block_sums(const float* x, float* partial, int n)
        {
            __shared__ float warps[32];
            float sum = 0.0f;
            for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += x[i];
            sum = warp_sum(sum);
            int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
            if (lane == 0) warps[warp] = sum;
            __syncthreads();
            if (warp == 0)
            {
                sum = lane < (blockDim.x >> 5) ? warps[lane] : 0.0f;
                sum = warp_sum(sum);
                if (lane == 0) partial[blockIdx.x] = sum;
            }
        }
        """;

    /// <summary>Inclusive scan of one block in shared memory, Hillis and Steele.</summary>
    public const string Scan = """
        extern "C" __global__ void scan(const int* in, int* out, int n)
        {
            extern __shared__ int buffer[];
            int i = threadIdx.x, from = 0;
            buffer[i] = i < n ? in[i] : 0;
            __syncthreads();
            for (int step = 1; step < blockDim.x; step <<= 1)
            {
                int to = 1 - from;
                int v = buffer[from * blockDim.x + i];
                if (i >= step) v += buffer[from * blockDim.x + i - step];
                buffer[to * blockDim.x + i] = v;
                from = to;
                __syncthreads();
            }
            if (i < n) out[i] = buffer[from * blockDim.x + i];
        }
        """;

    /// <summary>Transpose through a padded tile.</summary>
    public const string Transpose = """
        #define TILE 32
        extern "C" __global__ void transpose(const float* in, float* out, int rows, int columns)
        {
            __shared__ float tile[TILE][TILE + 1];
            int x = blockIdx.x * TILE + threadIdx.x, y = blockIdx.y * TILE + threadIdx.y;
            for (int j = 0; j < TILE; j += blockDim.y)
                if (x < columns && y + j < rows) tile[threadIdx.y + j][threadIdx.x] = in[(y + j) * columns + x];
            __syncthreads();
            x = blockIdx.y * TILE + threadIdx.x;
            y = blockIdx.x * TILE + threadIdx.y;
            for (int j = 0; j < TILE; j += blockDim.y)
                if (x < rows && y + j < columns) out[(y + j) * rows + x] = tile[threadIdx.x][threadIdx.y + j];
        }
        """;

    /// <summary>Tiled product of row-major matrices.</summary>
    public const string Product = """
        #define TILE 16
        extern "C" __global__ void product(const float* a, const float* b, float* c, int m, int n, int k)
        {
            __shared__ float as[TILE][TILE], bs[TILE][TILE];
            int row = blockIdx.y * TILE + threadIdx.y, column = blockIdx.x * TILE + threadIdx.x;
            float sum = 0.0f;
            for (int t = 0; t < k; t += TILE)
            {
                as[threadIdx.y][threadIdx.x] = row < m && t + threadIdx.x < k ? a[row * k + t + threadIdx.x] : 0.0f;
                bs[threadIdx.y][threadIdx.x] = column < n && t + threadIdx.y < k ? b[(t + threadIdx.y) * n + column] : 0.0f;
                __syncthreads();
                for (int i = 0; i < TILE; i++) sum += as[threadIdx.y][i] * bs[i][threadIdx.x];
                __syncthreads();
            }
            if (row < m && column < n) c[row * n + column] = sum;
        }
        """;

    /// <summary>Softmax of each row by one block, with shared-memory trees.</summary>
    public const string Softmax = """
        extern "C" __global__ void softmax(const float* in, float* out, int columns)
        {
            __shared__ float scratch[128];
            const float* x = in + (size_t)blockIdx.x * columns;
            float largest = -3.402823466e38f;
            for (int i = threadIdx.x; i < columns; i += blockDim.x) largest = fmaxf(largest, x[i]);
            scratch[threadIdx.x] = largest;
            __syncthreads();
            for (int s = blockDim.x / 2; s > 0; s >>= 1)
            {
                if (threadIdx.x < s) scratch[threadIdx.x] = fmaxf(scratch[threadIdx.x], scratch[threadIdx.x + s]);
                __syncthreads();
            }
            largest = scratch[0];
            __syncthreads();
            float sum = 0.0f;
            for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += expf(x[i] - largest);
            scratch[threadIdx.x] = sum;
            __syncthreads();
            for (int s = blockDim.x / 2; s > 0; s >>= 1)
            {
                if (threadIdx.x < s) scratch[threadIdx.x] += scratch[threadIdx.x + s];
                __syncthreads();
            }
            sum = scratch[0];
            for (int i = threadIdx.x; i < columns; i += blockDim.x) out[(size_t)blockIdx.x * columns + i] = expf(x[i] - largest) / sum;
        }
        """;

    /// <summary>Layer norm of each row by one warp.</summary>
    public const string LayerNorm = """
        __device__ float warp_total(float v)
        {
            for (int mask = 16; mask > 0; mask >>= 1) v += __shfl_xor_sync(0xffffffffu, v, mask);
            return v;
        }

        extern "C" __global__ void layer_norm(const float* in, const float* gain, const float* bias, float* out, int rows, int columns)
        {
            int row = blockIdx.x * blockDim.y + threadIdx.y;
            if (row >= rows) return;
            const float* x = in + (size_t)row * columns;
            float sum = 0.0f;
            for (int i = threadIdx.x; i < columns; i += 32) sum += x[i];
            float mean = warp_total(sum) / columns;
            float squares = 0.0f;
            for (int i = threadIdx.x; i < columns; i += 32) { float d = x[i] - mean; squares += d * d; }
            float scale = rsqrtf(warp_total(squares) / columns + 1e-5f);
            for (int i = threadIdx.x; i < columns; i += 32) out[(size_t)row * columns + i] = (x[i] - mean) * scale * gain[i] + bias[i];
        }
        """;

    /// <summary>Bitonic sorting network of one block.</summary>
    public const string Sort = """
        extern "C" __global__ void bitonic_sort(unsigned int* keys)
        {
            extern __shared__ unsigned int shared[];
            unsigned int i = threadIdx.x;
            shared[i] = keys[i];
            __syncthreads();
            for (unsigned int k = 2; k <= blockDim.x; k <<= 1)
            {
                for (unsigned int j = k >> 1; j > 0; j >>= 1)
                {
                    unsigned int other = i ^ j;
                    if (other > i)
                    {
                        bool up = (i & k) == 0;
                        unsigned int a = shared[i], b = shared[other];
                        if ((a > b) == up) { shared[i] = b; shared[other] = a; }
                    }
                    __syncthreads();
                }
            }
            keys[i] = shared[i];
        }
        """;

    /// <summary>Histogram of bytes: counts in shared memory, then added up in global memory.</summary>
    public const string Histogram = """
        extern "C" __global__ void histogram(const unsigned char* data, unsigned int* bins, int n)
        {
            __shared__ unsigned int local[256];
            for (int i = threadIdx.x; i < 256; i += blockDim.x) local[i] = 0;
            __syncthreads();
            for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&local[data[i]], 1u);
            __syncthreads();
            for (int i = threadIdx.x; i < 256; i += blockDim.x) atomicAdd(&bins[i], local[i]);
        }
        """;

    /// <summary>A barrier over the grid by an arrival counter: every block then reads what its neighbour wrote.</summary>
    public const string GridBarrier = """
        __device__ void grid_barrier(unsigned int* arrived, unsigned int target)
        {
            __syncthreads();
            if (threadIdx.x == 0)
            {
                __threadfence();
                atomicAdd(arrived, 1u);
                while (atomicAdd(arrived, 0u) < target) { }
                __threadfence();
            }
            __syncthreads();
        }

        extern "C" __global__ void rotate_blocks(int* values, int* result, unsigned int* arrived, int rounds)
        {
            int* from = values;
            int* to = result;
            for (int round = 0; round < rounds; round++)
            {
                int block = (blockIdx.x + 1) % gridDim.x;
                to[blockIdx.x * blockDim.x + threadIdx.x] = from[block * blockDim.x + threadIdx.x];
                grid_barrier(arrived, (round + 1) * gridDim.x);
                int* swap = from; from = to; to = swap;
            }
        }
        """;

    /// <summary>A lock that one thread of each block, and then each thread of a warp, takes by spinning.</summary>
    public const string SpinLock = """
        extern "C" __global__ void locked_increment(int* lock, int* counter)
        {
            bool done = false;
            while (!done)
            {
                if (atomicCAS(lock, 0, 1) == 0)
                {
                    __threadfence();
                    *(volatile int*)counter = *(volatile int*)counter + 1;
                    __threadfence();
                    atomicExch(lock, 0);
                    done = true;
                }
            }
        }
        """;

    /// <summary>SAM's perturbation: the norm of the gradient from its sum of squares on the device, then w += rho g / norm.</summary>
    public const string Perturb = """
        extern "C" __global__ void sam_perturb(float* w, const float* g, const float* sum_of_squares, float rho, long long n)
        {
            float scale = rho / (sqrtf(*sum_of_squares) + 1e-12f);
            long long i = 4 * ((long long)blockIdx.x * blockDim.x + threadIdx.x);
            if (i + 3 < n)
            {
                float4 a = *(float4*)(w + i);
                float4 b = *(const float4*)(g + i);
                a.x += scale * b.x; a.y += scale * b.y; a.z += scale * b.z; a.w += scale * b.w;
                *(float4*)(w + i) = a;
            }
            else
            {
                for (; i < n; i++) w[i] += scale * g[i];
            }
        }
        """;
}
