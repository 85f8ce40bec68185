// The gradient of a convolution by its parameters, as one product whose operands are gathered from the images while tiles are loaded:
//   dw[o, c, r, s] = sum over (b, i, j) of dy[b, o, i, j] x[b, c, i sh + r dh - ph, j sw + s dw - pw],  db[o] = sum over (b, i, j) of dy[b, o, i, j],
//   added to dw and db where `accumulate` is set. Rows are the output channels of a group, columns (c, r, s), k the pixels of all images.
// Shapes: x (B, C, H, W); dy (B, O, H', W'); dw (O, C / groups, R, S); db (O), or null. No aliasing.
// Slices: pixels are cut into slices of whole tiles; with more than one, slice s goes to dw + s step and db + s step, and add_slices adds them, in
// ascending order: no atomics. The bias gradient is summed by the blocks of the first columns from the values they load anyway:
// thread by thread over pixels 8 apart, then a tree over the eight.
// Launch: 128 threads; x: column tiles, y: row tiles of all groups, z: slices. Kernels are named for their tiles; four blocks fit on a multiprocessor. Threads that load share a
// pixel in eight: neighbours read 32 bytes of a row of dy and of x; where pixels lie is worked out once for a tile, into a table.
// add_slices: one-dimensional, an element a thread: there are few elements and many slices, so width matters more than length of loads.
// Sums of db are of float32 elements in every form.
#ifndef TF32
#define TF32 false
#endif
#ifndef BFLOAT16
#define BFLOAT16 false
#endif
#ifndef FLOAT16
#define FLOAT16 false
#endif
#include "convolution.cuh"
#include "tile_product.cuh"

// Where a pixel of the output lies: image, place in the plane of dy, row and column in x of the first tap.
__device__ __forceinline__ int4 pixel_entry(const Conv2dShape& shape, int width, int plane, unsigned int pixel, unsigned int end) {
  if (pixel >= end) return make_int4(-1, 0, NOWHERE, NOWHERE);
  int image = pixel / plane, inner = pixel - (unsigned)image * plane, i = inner / width;
  return make_int4(image, inner, i * shape.stride_height - shape.padding_height, (inner - i * width) * shape.stride_width - shape.padding_width);
}

// A thread's share of the next tiles: one pixel in eight of every 16th row and column.
template <int Rows, int Columns>
struct PixelLoads {
  const float* dy;
  const float* x;
  int dy_image, x_image, plane, height, width, row_limit;
  int place[Columns / 16], tap_row[Columns / 16], tap_column[Columns / 16];
  float rows[Rows / 16], columns[Columns / 16], bias_sums[Rows / 16];

  __device__ __forceinline__ void load(const int4* table) {
    int4 pixel = table[threadIdx.x % TILE_DEPTH];
    bool valid = pixel.x >= 0;
    const float* gradient = dy + (valid ? (long long)pixel.x * dy_image + pixel.y : 0);
    int row = threadIdx.x / TILE_DEPTH;
#pragma unroll
    for (int j = 0; j < Rows / 16; j++, row += 16) rows[j] = valid && row < row_limit ? gradient[row * plane] : 0.0f;
    const float* corner = x + (valid ? (long long)pixel.x * x_image + pixel.z * width + pixel.w : 0);
#pragma unroll
    for (int j = 0; j < Columns / 16; j++) {
      bool inside = (unsigned)(pixel.z + tap_row[j]) < (unsigned)height && (unsigned)(pixel.w + tap_column[j]) < (unsigned)width;
      columns[j] = inside ? corner[place[j]] : 0.0f;
    }
  }

  __device__ __forceinline__ void store(Tile<Rows>& a, Tile<Columns>& b, bool adds_bias) {
    int k = threadIdx.x % TILE_DEPTH, at = threadIdx.x / TILE_DEPTH;
#pragma unroll
    for (int j = 0; j < Rows / 16; j++) {
      a.store(k, at + j * 16, rows[j]);
      if (adds_bias) bias_sums[j] += rows[j];
    }
#pragma unroll
    for (int j = 0; j < Columns / 16; j++) b.store(k, at + j * 16, columns[j]);
  }
};

template <int Rows, int Columns>
__device__ __forceinline__ void weight_gradient(const Conv2dShape& shape, int batch, int slices, long long step, const float* x,
                                                const float* dy, bool accumulate, float* dw, float* db) {
  __shared__ __align__(16) Tile<Rows> a[2];
  __shared__ __align__(16) Tile<Columns> b[2];
  __shared__ int4 table[2][TILE_DEPTH];
  int rows = shape.out_channels / shape.groups, channels = shape.in_channels / shape.groups;
  int taps = shape.kernel_height * shape.kernel_width, depth = channels * taps, out_width = shape.out_width();
  int plane = shape.out_height() * out_width;
  int row_tiles = (rows + Rows - 1) / Rows, group = blockIdx.y / row_tiles, first_row = blockIdx.y % row_tiles * Rows;
  int first_column = blockIdx.x * Columns;
  unsigned int pixels = (unsigned)batch * plane, all_tiles = (pixels + TILE_DEPTH - 1) / TILE_DEPTH, per_slice = (all_tiles + slices - 1) / slices;
  unsigned int begin = min(pixels, blockIdx.z * per_slice * TILE_DEPTH), end = min(pixels, begin + per_slice * TILE_DEPTH);
  int tiles = (end - begin + TILE_DEPTH - 1) / TILE_DEPTH;
  bool adds_bias = blockIdx.x == 0 && db != nullptr;

  PixelLoads<Rows, Columns> loads;
  loads.plane = plane, loads.height = shape.in_height, loads.width = shape.in_width, loads.row_limit = rows - first_row;
  loads.dy_image = shape.out_channels * plane, loads.x_image = shape.in_channels * shape.in_height * shape.in_width;
  loads.dy = dy + (long long)(group * rows + first_row) * plane;
  loads.x = x + (long long)group * channels * shape.in_height * shape.in_width;
#pragma unroll
  for (int j = 0; j < Columns / 16; j++) {
    int column = first_column + threadIdx.x / TILE_DEPTH + j * 16, channel = column / taps, tap = column - channel * taps;
    int r = tap / shape.kernel_width, y = r * shape.dilation_height, n = (tap - r * shape.kernel_width) * shape.dilation_width;
    loads.place[j] = (channel * shape.in_height + y) * shape.in_width + n;
    loads.tap_row[j] = column < depth ? y : NOWHERE;
    loads.tap_column[j] = n;
  }
#pragma unroll
  for (int j = 0; j < Rows / 16; j++) loads.bias_sums[j] = 0;

  TileSums<Rows, Columns> sums;
  sums.clear();
  unsigned int pixel = begin + threadIdx.x;
  // Round t makes the table of tile t + 2, loads tile t + 1 and multiplies tile t: the rounds before the first tile fill the pipeline.
#pragma unroll 1
  for (int t = -2; t < tiles; t++, pixel += TILE_DEPTH) {
    int now = t & 1, next = now ^ 1;
    bool has_next = t >= -1 && t + 1 < tiles;
    if (has_next) loads.load(table[next]);
    if (t >= 0) sums.add(a[now], b[now]);
    if (has_next) loads.store(a[next], b[next], adds_bias);
    if (threadIdx.x < TILE_DEPTH) table[now][threadIdx.x] = pixel_entry(shape, out_width, plane, pixel, end);
    __syncthreads();
  }

  if (adds_bias) {
    float* to = db + blockIdx.z * step + group * rows + first_row;
#pragma unroll
    for (int j = 0; j < Rows / 16; j++) {
      float sum = loads.bias_sums[j];
#pragma unroll
      for (int offset = TILE_DEPTH / 2; offset > 0; offset /= 2) sum += __shfl_xor_sync(FULL_MASK, sum, offset);
      int row = threadIdx.x / TILE_DEPTH + j * 16;
      if (threadIdx.x % TILE_DEPTH == 0 && row < loads.row_limit) to[row] = accumulate ? to[row] + sum : sum;
    }
  }

  const int run = TileSums<Rows, Columns>::run;
  float* out = dw + blockIdx.z * step + (long long)(group * rows + first_row) * depth;
  bool words = depth % run == 0 && (unsigned long long)out % (run * 4) == 0;
#pragma unroll
  for (int i = 0; i < TileSums<Rows, Columns>::row_runs; i++) {
    int row = sums.row(i);
    if (row >= loads.row_limit) continue;
#pragma unroll
    for (int j = 0; j < TileSums<Rows, Columns>::column_runs; j++) {
      int column = first_column + sums.column(j);
      float* to = out + (long long)row * depth + column;
      float* values = sums.values[i][j];
      if (words && column < depth) {
        if (accumulate) {
          float old[run];
          load_run<run>(to, old);
#pragma unroll
          for (int e = 0; e < run; e++) values[e] += old[e];
        }
        store_run<run>(to, values);
      } else {
#pragma unroll
        for (int e = 0; e < run; e++) {
          if (column + e < depth) to[e] = accumulate ? to[e] + values[e] : values[e];
        }
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 4)
convolution_weight_64x64(const Conv2dShape shape, int batch, int slices, long long step, const float* __restrict__ x,
                         const float* __restrict__ dy, bool accumulate, float* __restrict__ dw, float* __restrict__ db) {
  weight_gradient<64, 64>(shape, batch, slices, step, x, dy, accumulate, dw, db);
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 4)
convolution_weight_32x64(const Conv2dShape shape, int batch, int slices, long long step, const float* __restrict__ x,
                         const float* __restrict__ dy, bool accumulate, float* __restrict__ dw, float* __restrict__ db) {
  weight_gradient<32, 64>(shape, batch, slices, step, x, dy, accumulate, dw, db);
}

// dw = sum over slices of partial[s step + i], i < weights, and db of the `biases` elements behind those.
extern "C" __global__ void add_slices(int weights, int biases, int slices, long long step, const float* __restrict__ partial,
                                      bool accumulate, float* __restrict__ dw, float* __restrict__ db) {
  for (long long i = first_index(); i < weights + biases; i += index_step()) {
    float sum = partial[i];
#pragma unroll 4
    for (int s = 1; s < slices; s++) sum += partial[s * step + i];
    float* to = i < weights ? dw + i : db + (i - weights);
    *to = accumulate ? *to + sum : sum;
  }
}

// db alone, where the weights' gradient is not wanted: db[o] (+)= sum over examples and pixels of dy. One block of 256 threads for each
// channel; neighbouring threads take neighbouring pixels of one plane after the other.
extern "C" __global__ void bias_sums(int batch, int channels, int plane, const float* __restrict__ dy, bool accumulate, float* __restrict__ db) {
  __shared__ float scratch[WARP];
  float sum = 0;
  for (int n = 0; n < batch; n++) {
    const float* values = dy + ((long long)n * channels + blockIdx.x) * plane;
    for (int i = threadIdx.x; i < plane; i += blockDim.x) sum += values[i];
  }
  sum = block_reduce<SumOf>(sum, scratch);
  if (threadIdx.x == 0) db[blockIdx.x] = accumulate ? db[blockIdx.x] + sum : sum;
}
