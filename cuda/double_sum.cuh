// Sums in double over a whole launch, in one launch: threads, then blocks, then the last block over the blocks' sums. The number of blocks
// follows from the count of elements, so the order does too.
#pragma once
#include "common.cuh"

// Elements i to i + 3 of n; beyond the end zeros. The address decides how they are loaded, not which thread gets them.
__device__ __forceinline__ float4 load_word(const float* x, long long i, long long n, bool aligned) {
  if (aligned && i + 4 <= n) return *(const float4*)(x + i);
  return make_float4(x[i], i + 1 < n ? x[i + 1] : 0.0f, i + 2 < n ? x[i + 2] : 0.0f, i + 3 < n ? x[i + 3] : 0.0f);
}

// result[0] = factor times the sum of every thread's total. `partials` holds a double for each block; `counter` is zero before and after.
__device__ __forceinline__ void finish_sum(double total, double factor, double* partials, unsigned int* counter, double* result) {
  __shared__ double scratch[WARP];
  total = block_reduce<SumOf>(total, scratch);
  if (gridDim.x > 1) {
    if (threadIdx.x == 0) partials[blockIdx.x] = total;
    if (!is_last_block(counter, gridDim.x)) return;
    total = 0;
    for (unsigned int i = threadIdx.x; i < gridDim.x; i += blockDim.x) total += partials[i];
    total = block_reduce<SumOf>(total, scratch);
  }
  if (threadIdx.x == 0) result[0] = total * factor;
}
