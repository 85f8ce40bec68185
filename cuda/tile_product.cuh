// A block's product of two tiles in shared memory: c[m, n] += sum_k a[k, m] b[k, n], k ascending, one rounding for each multiply-add.
//
// TF32 false: each of the 128 threads, 8 by 16, holds runs of four by four elements of c, so that operands come as 128-bit words.
// TF32, BFLOAT16 or FLOAT16 true: on tensor cores of compute capability 8.0 and later; four warps, two by two, hold fragments of mma.sync m16n8k8
// (PTX ISA, "Matrix fragments for mma.m16n8k8"); operands are rounded when they are stored: to TF32 to nearest with ties away from zero, to 16
// bits with ties to even. Sums are float32.
//
// Layout of a tile of 32-bit elements: element (k, m) lies at k (width + 8) + (m xor 20 where k has its bit of 4 set). With rows 8 banks apart and that swap no access
// conflicts: stores of eight k by four m (an operand whose k lies side by side in memory), of 32 m (one whose m does) or of four k in a
// word; 128-bit loads of neighbouring threads; fragments of four k by eight m.
// Layout of a tile of 16-bit elements: elements (k, m) and (k + 1, m), k even, share the 32-bit word k / 2 (width + 8) + m, as fragments want them.
// The same accesses meet no conflict either, without a swap.
#pragma once
#include "common.cuh"

#define TILE_THREADS 128
#define TILE_DEPTH 8
#define HALVES (BFLOAT16 || FLOAT16)
#define TENSOR_CORES (TF32 || HALVES)

#if HALVES
template <int Width>
struct Tile {
  unsigned int words[TILE_DEPTH / 2][Width + 8];

  __device__ __forceinline__ void store(int k, int m, float value) {
    unsigned short bits;
#if FLOAT16
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
#else
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
#endif
    ((unsigned short*)&words[k / 2][m])[k & 1] = bits;
  }

  __device__ __forceinline__ unsigned int pair(int half_k, int m) const { return words[half_k][m]; }
};
#else
template <int Width>
struct Tile {
  float values[TILE_DEPTH][Width + 8];

  static __device__ __forceinline__ int place(int k, int m) { return m ^ ((k & 4) ? 20 : 0); }

  __device__ __forceinline__ void store(int k, int m, float value) {
#if TF32
    unsigned int bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
    value = __uint_as_float(bits);
#endif
    values[k][place(k, m)] = value;
  }

  __device__ __forceinline__ float at(int k, int m) const { return values[k][place(k, m)]; }

  __device__ __forceinline__ float4 four(int k, int m) const { return *(const float4*)&values[k][place(k, m)]; }
};
#endif

// The elements of c that a thread holds: `run` neighbours of a row at a time.
template <int Rows, int Columns>
struct TileSums {
#if TENSOR_CORES
  static const int run = 2;
  static const int row_runs = Rows / 16, column_runs = Columns / 16;
#else
  static const int run = 4;
  static const int row_runs = Rows / 8, column_runs = Columns / 64;
#endif
  float values[row_runs][column_runs][run];

  __device__ __forceinline__ void clear() {
#pragma unroll
    for (int i = 0; i < row_runs; i++)
#pragma unroll
      for (int j = 0; j < column_runs; j++)
#pragma unroll
        for (int e = 0; e < run; e++) values[i][j][e] = 0;
  }

  // Row of values[i], first column of values[.][j].
  static __device__ __forceinline__ int row(int i) {
#if TENSOR_CORES
    return warp_id() / 2 * (Rows / 2) + i * 8 + lane_id() / 4;
#else
    return i / 4 * 32 + threadIdx.x / 16 * 4 + i % 4;
#endif
  }

  static __device__ __forceinline__ int column(int j) {
#if TENSOR_CORES
    return warp_id() % 2 * (Columns / 2) + j * 8 + lane_id() % 4 * 2;
#else
    return j * 64 + threadIdx.x % 16 * 4;
#endif
  }

  // Another order of columns, in which element e of neighbouring threads lies side by side instead of the elements of a thread: for results that
  // are not stored in words.
  static __device__ __forceinline__ int spread(int column) {
#if TENSOR_CORES
    return (column & ~7) + column % 2 * 4 + column % 8 / 2;
#else
    return (column & ~63) + column % 4 * 16 + column % 64 / 4;
#endif
  }

  __device__ __forceinline__ void add(const Tile<Rows>& a, const Tile<Columns>& b) {
#if HALVES
    int k = lane_id() % 4, left = warp_id() / 2 * (Rows / 2) + lane_id() / 4, right = warp_id() % 2 * (Columns / 2) + lane_id() / 4;
    unsigned int column_pairs[column_runs];
#pragma unroll
    for (int j = 0; j < column_runs; j++) column_pairs[j] = b.pair(k, right + j * 8);
#pragma unroll
    for (int i = 0; i < row_runs; i += 2) {
      unsigned int upper = a.pair(k, left + i * 8), lower = a.pair(k, left + i * 8 + 8);
#pragma unroll
      for (int j = 0; j < column_runs; j++) {
#if FLOAT16
        asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
#else
        asm("mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
#endif
            : "+f"(values[i][j][0]), "+f"(values[i][j][1]), "+f"(values[i + 1][j][0]), "+f"(values[i + 1][j][1])
            : "r"(upper), "r"(lower), "r"(column_pairs[j]));
      }
    }
#elif TF32
    int k = lane_id() % 4, left = warp_id() / 2 * (Rows / 2) + lane_id() / 4, right = warp_id() % 2 * (Columns / 2) + lane_id() / 4;
    unsigned int low[column_runs], high[column_runs];
#pragma unroll
    for (int j = 0; j < column_runs; j++) {
      low[j] = __float_as_uint(b.at(k, right + j * 8));
      high[j] = __float_as_uint(b.at(k + 4, right + j * 8));
    }
#pragma unroll
    for (int i = 0; i < row_runs; i += 2) {
      unsigned int a0 = __float_as_uint(a.at(k, left + i * 8)), a1 = __float_as_uint(a.at(k, left + i * 8 + 8));
      unsigned int a2 = __float_as_uint(a.at(k + 4, left + i * 8)), a3 = __float_as_uint(a.at(k + 4, left + i * 8 + 8));
#pragma unroll
      for (int j = 0; j < column_runs; j++) {
        asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(values[i][j][0]), "+f"(values[i][j][1]), "+f"(values[i + 1][j][0]), "+f"(values[i + 1][j][1])
            : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(low[j]), "r"(high[j]));
      }
    }
#else
#pragma unroll
    for (int k = 0; k < TILE_DEPTH; k++) {
      float left[row_runs], right[column_runs][4];
#pragma unroll
      for (int i = 0; i < row_runs; i += 4) {
        float4 word = a.four(k, row(i));
        left[i] = word.x, left[i + 1] = word.y, left[i + 2] = word.z, left[i + 3] = word.w;
      }
#pragma unroll
      for (int j = 0; j < column_runs; j++) {
        float4 word = b.four(k, column(j));
        right[j][0] = word.x, right[j][1] = word.y, right[j][2] = word.z, right[j][3] = word.w;
      }
#pragma unroll
      for (int i = 0; i < row_runs; i++)
#pragma unroll
        for (int j = 0; j < column_runs; j++)
#pragma unroll
          for (int e = 0; e < 4; e++) values[i][j][e] = fmaf(left[i], right[j][e], values[i][j][e]);
    }
#endif
  }
};

// Reads and writes a run of neighbours in global memory as one word; the address is a multiple of its size. In PTX, as the compiler splits such
// accesses where their elements are used one by one elsewhere.
template <int Count>
__device__ __forceinline__ void load_run(const float* x, float* values) {
  if constexpr (Count == 4) {
    asm volatile("ld.global.v4.f32 {%0, %1, %2, %3}, [%4];"
                 : "=f"(values[0]), "=f"(values[1]), "=f"(values[2]), "=f"(values[3]) : "l"(__cvta_generic_to_global(x)) : "memory");
  } else {
    asm volatile("ld.global.v2.f32 {%0, %1}, [%2];" : "=f"(values[0]), "=f"(values[1]) : "l"(__cvta_generic_to_global(x)) : "memory");
  }
}

template <int Count>
__device__ __forceinline__ void store_run(float* y, const float* values) {
  if constexpr (Count == 4) {
    asm volatile("st.global.v4.f32 [%0], {%1, %2, %3, %4};"
                 :: "l"(__cvta_generic_to_global(y)), "f"(values[0]), "f"(values[1]), "f"(values[2]), "f"(values[3]) : "memory");
  } else {
    asm volatile("st.global.v2.f32 [%0], {%1, %2};" :: "l"(__cvta_generic_to_global(y)), "f"(values[0]), "f"(values[1]) : "memory");
  }
}
