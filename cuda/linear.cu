// The bias gradient of a linear layer: db[o] = sum_b dy[b, o], added to db where `accumulate` is set.
//   dy: (rows, columns); db: (columns). Products of the layer are cuBLAS's, its bias and ReLU epilogue.cu's.
// Order: row r is added in ascending order to partial sum r mod 8, the eight are added in ascending order.
// Launch: (32, 8) threads, a block for 32 columns: a warp reads 128 bytes of a row, eight rows are under way at once. No aliasing.
#include "common.cuh"

#define ROWS_AT_ONCE 8

extern "C" __global__ void column_sums(int rows, int columns, const float* __restrict__ dy, bool accumulate, float* __restrict__ db) {
  __shared__ float partial[ROWS_AT_ONCE][WARP];
  int column = blockIdx.x * WARP + threadIdx.x;
  float sum = 0;
  if (column < columns) {
    for (int row = threadIdx.y; row < rows; row += ROWS_AT_ONCE) sum += dy[(long long)row * columns + column];
  }
  partial[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y != 0 || column >= columns) return;
#pragma unroll
  for (int i = 1; i < ROWS_AT_ONCE; i++) sum += partial[i][threadIdx.x];
  db[column] = accumulate ? db[column] + sum : sum;
}
