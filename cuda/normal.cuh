// Standard normal numbers by Box and Muller (1958): of a counter's four words (w0, w1, w2, w3), w0 and w1 make r cos(2 pi v) and r sin(2 pi v)
// with r = sqrt(-2 ln u), u = (w0's upper 24 bits + 1) 2^-24 and v the uniform number of w1; w2 and w3 likewise.
#pragma once
#include "math.cuh"
#include "philox.cuh"

struct NormalNumbers {
  float mean, deviation;
  static __device__ float2 pair(unsigned int a, unsigned int b) {
    float r = __fsqrt_rn(-2.0f * log_of(uniform(a) + 1.0f / 16777216.0f));
    float cosine;
    float sine = sincos_turns(uniform(b), cosine);
    return make_float2(r * cosine, r * sine);
  }
  __device__ float4 transform(uint4 w) const {
    float2 first = pair(w.x, w.y), second = pair(w.z, w.w);
    return make_float4(first.x, first.y, second.x, second.y);
  }
  __device__ float combine(float made, float) const { return fmaf(deviation, made, mean); }
};
