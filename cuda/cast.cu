// The operands of a product in 16 bits, rounded to the nearest, ties to even: bfloat16 (8 bits of mantissa), or float16 (11 bits, infinite above
// 65504, in steps of 2^-24 below 2^-14) where FLOAT16 is set.
//   half_operands: a16[i] = round(a[i]), i < n, and b16[i] = round(b[i]), i < m, in one launch.
// Shapes: a, a16 (n); b, b16 (m). No aliasing. NaN stays NaN.
// Architecture: compute_80, the first that converts to bfloat16; older devices compute in float32.
// Launch: one-dimensional, 256 threads, grid-stride over the elements of a and then of b, four at a time where addresses allow.
#ifndef FLOAT16
#define FLOAT16 false
#endif
#include "common.cuh"

__device__ __forceinline__ unsigned int rounded_pair(float low, float high) {
  unsigned int pair;
#if FLOAT16
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
#else
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
#endif
  return pair;
}

__device__ __forceinline__ void round_all(long long n, const float* x, unsigned short* y) {
  long long done = 0;
  if (is_aligned16(x) && ((unsigned long long)y & 7) == 0) {
    for (long long i = first_index(); i < n / 4; i += index_step()) {
      float4 from = ((const float4*)x)[i];
      ((uint2*)y)[i] = make_uint2(rounded_pair(from.x, from.y), rounded_pair(from.z, from.w));
    }
    done = n / 4 * 4;
  }
  for (long long i = done + first_index(); i < n; i += index_step()) y[i] = (unsigned short)rounded_pair(x[i], 0.0f);
}

extern "C" __global__ void half_operands(
    long long n, const float* __restrict__ a, unsigned short* __restrict__ a16, long long m, const float* __restrict__ b,
    unsigned short* __restrict__ b16) {
  round_all(n, a, a16);
  round_all(m, b, b16);
}
