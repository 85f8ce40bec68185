// A convolution or its data gradient as one product, whose right-hand side is gathered from the images while tiles are loaded ("implicit
// GEMM"): no im2col buffer is written or read. A Gather says what rows, columns and k are and where a k lies.
//
// Slices: where tiles are few, k is cut into slices of whole tiles, slice s goes to out + s step, without bias, ReLU and mask, and epilogue.cu adds
// the slices. Order of the sums: k ascending in a slice, slices ascending.
// Each thread gathers one column (image and pixel are fixed), which makes 32 neighbouring pixels of one k a warp's load; where k lies in
// the image is worked out once for a tile, by eight threads, into a table. Loads of the next tile are under way during the product of this one.
// A tile of 64x128 has most multiply-adds for each load, smaller ones make more blocks.
#pragma once
#include "convolution.cuh"
#include "tile_product.cuh"

// What a k stands for: where it lies in the image relative to the pixel, row and column for the check against the border, and in the weights.
__device__ __forceinline__ int4 nothing() { return make_int4(0, NOWHERE, NOWHERE, -1); }

// A thread's share of the next tiles, on its way from memory to shared memory.
template <int Rows, int Columns, typename Gather>
struct GatherLoads {
  static const int row_loads = Rows / 16 > 4 ? Rows / 16 : 4, column_loads = Columns / 16;
  const float* weight;
  const float* pixel;
  int row_limit, weight_row, y, x, height, width;
  bool has_words;
  float rows[row_loads], columns[column_loads];

  __device__ __forceinline__ void load(const int4* table) {
    if (has_words) {
      // Two words of four k for each row.
      int row = threadIdx.x / 2, k = threadIdx.x % 2 * 4, at = table[k].w;
      bool valid = row < Rows && row < row_limit && at >= 0;
      float4 word = valid ? *(const float4*)(weight + row * weight_row + at) : make_float4(0, 0, 0, 0);
      rows[0] = word.x, rows[1] = word.y, rows[2] = word.z, rows[3] = word.w;
    } else {
      int row = threadIdx.x / TILE_DEPTH, at = table[threadIdx.x % TILE_DEPTH].w;
#pragma unroll
      for (int j = 0; j < Rows / 16; j++, row += 16) rows[j] = row < row_limit && at >= 0 ? weight[row * weight_row + at] : 0.0f;
    }
#pragma unroll
    for (int j = 0; j < column_loads; j++) {
      int4 from = table[threadIdx.x / Columns + j * (TILE_THREADS / Columns)];
      bool inside = (unsigned)(y + from.y) < (unsigned)height && (unsigned)(x + from.z) < (unsigned)width;
      columns[j] = inside ? pixel[from.x] : 0.0f;
    }
  }

  __device__ __forceinline__ void store(Tile<Rows>& a, Tile<Columns>& b) const {
    if (has_words) {
      int row = threadIdx.x / 2, k = threadIdx.x % 2 * 4;
      if (row < Rows) {
#pragma unroll
        for (int e = 0; e < 4; e++) a.store(k + e, row, rows[e]);
      }
    } else {
#pragma unroll
      for (int j = 0; j < Rows / 16; j++) a.store(threadIdx.x % TILE_DEPTH, threadIdx.x / TILE_DEPTH + j * 16, rows[j]);
    }
#pragma unroll
    for (int j = 0; j < column_loads; j++) {
      b.store(threadIdx.x / Columns + j * (TILE_THREADS / Columns), threadIdx.x % Columns, columns[j]);
    }
  }
};

// Writes a thread's elements: bias, ReLU, what was there where it is added to, and mask, then whole words where a run of pixels lies side by side, else one by one, for which the columns
// were taken in another order (TileSums::spread).
template <int Rows, int Columns, typename Gather>
__device__ __forceinline__ void write(const Gather& gather, TileSums<Rows, Columns>& sums, int group, int groups, int first_row, unsigned int first_pixel,
                                      unsigned int pixels, bool words, const float* bias, const float* mask, bool relu, bool accumulate, float* out) {
  const int run = TileSums<Rows, Columns>::run;
  int plane = gather.out_height * gather.out_width;
  unsigned int phase_plane = gather.pixel_rows * gather.pixel_columns;
  long long image_count = (long long)groups * gather.rows * plane;
  float least = relu ? 0.0f : -__int_as_float(0x7f800000);
#pragma unroll
  for (int j = 0; j < TileSums<Rows, Columns>::column_runs; j++) {
    long long place[run];
#pragma unroll
    for (int e = 0; e < run; e++) {
      int column = sums.column(j) + e;
      unsigned int pixel = first_pixel + (words ? column : sums.spread(column));
      unsigned int image = pixel / phase_plane, inner = pixel - image * phase_plane;
      unsigned int i = inner / gather.pixel_columns, n = inner - i * gather.pixel_columns;
      int at = (gather.first_row + i * gather.step_row) * gather.out_width + gather.first_column + n * gather.step_column;
      place[e] = pixel < pixels ? image * image_count + (long long)(group * gather.rows + first_row) * plane + at : -1;
      if (words) break;
    }
#pragma unroll
    for (int i = 0; i < TileSums<Rows, Columns>::row_runs; i++) {
      int row = sums.row(i);
      if (first_row + row >= gather.rows) continue;
      float shift = bias ? bias[group * gather.rows + first_row + row] : 0.0f;
      float* values = sums.values[i][j];
#pragma unroll
      for (int e = 0; e < run; e++) {
        float value = values[e] + shift;
        values[e] = value < least ? least : value;
      }
      long long offset = (long long)row * plane;
      if (words) {
        if (place[0] < 0) continue;
        if (accumulate) {
          float old[run];
          load_run<run>(out + place[0] + offset, old);
#pragma unroll
          for (int e = 0; e < run; e++) values[e] += old[e];
        }
        if (mask) {
          float keep[run];
          load_run<run>(mask + place[0] + offset, keep);
#pragma unroll
          for (int e = 0; e < run; e++) values[e] = keep[e] > 0 ? values[e] : 0.0f;
        }
        store_run<run>(out + place[0] + offset, values);
      } else {
#pragma unroll
        for (int e = 0; e < run; e++) {
          if (place[e] < 0) continue;
          if (accumulate) values[e] += out[place[e] + offset];
          out[place[e] + offset] = mask == nullptr || mask[place[e] + offset] > 0 ? values[e] : 0.0f;
        }
      }
    }
  }
}

template <int Rows, int Columns, typename Gather>
__device__ __forceinline__ void convolve(const Conv2dShape& shape, int batch, int slices, long long step, const float* source,
                                         const float* weight, const float* bias, bool relu, const float* mask, bool accumulate, float* out) {
  __shared__ __align__(16) Tile<Rows> a[2];
  __shared__ __align__(16) Tile<Columns> b[2];
  __shared__ int4 table[2][TILE_DEPTH];
  int slice = blockIdx.z % slices;
  Gather gather(shape, blockIdx.z / slices);
  unsigned int pixels = (unsigned)batch * gather.pixel_rows * gather.pixel_columns, first_pixel = blockIdx.x * Columns;
  if (first_pixel >= pixels) return;
  int row_tiles = (gather.rows + Rows - 1) / Rows, group = blockIdx.y / row_tiles, first_row = blockIdx.y % row_tiles * Rows;
  int tiles = (gather.depth + TILE_DEPTH - 1) / TILE_DEPTH, tiles_of_slice = (tiles + slices - 1) / slices;
  int begin = slice * tiles_of_slice * TILE_DEPTH, end = min(gather.depth, begin + tiles_of_slice * TILE_DEPTH);
  tiles = end > begin ? (end - begin + TILE_DEPTH - 1) / TILE_DEPTH : 0;

  GatherLoads<Rows, Columns, Gather> loads;
  loads.weight = weight + (long long)group * gather.weight_group + (long long)first_row * gather.weight_row;
  loads.row_limit = gather.rows - first_row, loads.weight_row = gather.weight_row;
  loads.has_words = !Gather::is_data && gather.depth % 4 == 0 && is_aligned16(weight);
  loads.height = gather.source_height, loads.width = gather.source_width;
  const int run = TileSums<Rows, Columns>::run;
  bool dense = gather.step_row == 1 && gather.step_column == 1 && gather.out_height * gather.out_width % run == 0;
  bool words = dense && step % run == 0 && ((unsigned long long)out | (unsigned long long)mask) % (run * 4) == 0;
  int column = threadIdx.x % Columns;
  unsigned int pixel = first_pixel + (words ? column : TileSums<Rows, Columns>::spread(column));
  unsigned int image = pixel / (gather.pixel_rows * gather.pixel_columns), inner = pixel - image * (gather.pixel_rows * gather.pixel_columns);
  unsigned int i = inner / gather.pixel_columns;
  loads.y = pixel < pixels ? (int)i * gather.pixel_step_row : NOWHERE, loads.x = (inner - i * gather.pixel_columns) * gather.pixel_step_column;
  long long corner = (long long)group * gather.source_channels * gather.source_height * gather.source_width;
  loads.pixel = source + (pixel < pixels ? (long long)image * gather.source_count + corner + (long long)loads.y * gather.source_width + loads.x : 0);

  TileSums<Rows, Columns> sums;
  sums.clear();
  int k = begin + threadIdx.x;
  // Round t makes the table of tile t + 2, loads tile t + 1 and multiplies tile t: the rounds before the first tile fill the pipeline.
#pragma unroll 1
  for (int t = -2; t < tiles; t++, k += TILE_DEPTH) {
    int now = t & 1, next = now ^ 1;
    bool has_next = t >= -1 && t + 1 < tiles;
    if (has_next) loads.load(table[next]);
    if (t >= 0) sums.add(a[now], b[now]);
    if (has_next) loads.store(a[next], b[next]);
    if (threadIdx.x < TILE_DEPTH) table[now][threadIdx.x] = k < end ? gather.entry(k) : nothing();
    __syncthreads();
  }
  write(gather, sums, group, shape.groups, first_row, first_pixel, pixels, words, bias, mask, relu, accumulate, out + slice * step);
}
