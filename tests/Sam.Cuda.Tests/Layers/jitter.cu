// y[i] = x[i] (1 + strength u[i]) with u the uniform numbers in [0, 1) of the layer's stream; the gradient by the same factors.
// Shapes: n elements; step[0] is the stream's step. Launch: one-dimensional, 256 threads, sixteen elements a thread (philox.cuh).
#include "philox.cuh"

struct Factors {
  float strength;
  __device__ float4 transform(uint4 w) const { return make_float4(uniform(w.x), uniform(w.y), uniform(w.z), uniform(w.w)); }
  __device__ float combine(float u, float x) const { return x * fmaf(strength, u, 1.0f); }
};

extern "C" __global__ void jitter(
    long long n, float strength, unsigned long long seed, const unsigned long long* step, unsigned int stream,
    long long first, const float* x, float* y) {
  map_random(n, seed, step[0], stream, x, y, Factors{strength}, first);
}
