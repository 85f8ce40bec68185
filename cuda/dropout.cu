// Dropout (Srivastava et al., JMLR 2014): y[i] = scale x[i] where u[i] >= p, else +0, with scale = 1 / (1 - p) and u the stream's uniform
// numbers in [0, 1). Its own backward pass, applied to the gradient with the same stream.
// Shapes: n elements; step[0] is the stream's step, read on the device so that a replayed graph sees the new one; element i of the call is
// element first + i of the stream.
// Aliasing: y may be x. NaN: a dropped one is gone, a kept one stays.
// Launch: one-dimensional, 256 threads, sixteen elements a thread (see philox.cuh), grid-stride.
#include "philox.cuh"

struct Mask {
  float probability, scale;
  __device__ float kept(unsigned int word) const { return uniform(word) >= probability ? 1.0f : 0.0f; }
  __device__ float4 transform(uint4 w) const { return make_float4(kept(w.x), kept(w.y), kept(w.z), kept(w.w)); }
  __device__ float combine(float made, float x) const { return made != 0.0f ? x * scale : 0.0f; }
};

extern "C" __global__ void dropout(
    long long n, float probability, float scale, unsigned long long seed, const unsigned long long* step, unsigned int stream,
    long long first, const float* x, float* y) {
  map_random(n, seed, step[0], stream, x, y, Mask{probability, scale}, first);
}
