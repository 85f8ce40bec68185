// The loop of elementwise functions, y[i] = f(a[i], b[i]): four elements a thread in 128-bit accesses where every address allows, else one.
// A null pointer stands for zeros; a and b may be y.
#pragma once
#include "common.cuh"

template <typename Body>
__device__ __forceinline__ float4 apply4(Body body, float4 a, float4 b) {
  return make_float4(body(a.x, b.x), body(a.y, b.y), body(a.z, b.z), body(a.w, b.w));
}

template <typename Body>
__device__ __forceinline__ void map(long long n, const float* a, const float* b, float* y, Body body) {
  long long done = 0;
  if (is_aligned16(a) && is_aligned16(b) && is_aligned16(y)) {
    const float4 zeros = make_float4(0, 0, 0, 0);
    for (long long i = first_index(); i < n / 4; i += index_step()) {
      float4 from = a ? ((const float4*)a)[i] : zeros;
      float4 other = b ? ((const float4*)b)[i] : zeros;
      ((float4*)y)[i] = apply4(body, from, other);
    }
    done = n / 4 * 4;
  }
  for (long long i = done + first_index(); i < n; i += index_step()) y[i] = body(a ? a[i] : 0.0f, b ? b[i] : 0.0f);
}
