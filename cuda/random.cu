// Random numbers as functions of a stream and the index alone, the same bits as on the CPU.
//   fill_uniform: y[i] = low + span u[i], rounded once, u in [0, 1).
//   fill_normal:  y[i] = mean + deviation n[i], rounded once, n standard normal, see normal.cuh.
// Shapes: n elements; step[0] is the stream's step; element i of the call is element first + i of the stream.
// Launch: one-dimensional, 256 threads, sixteen elements a thread (see philox.cuh), grid-stride.
#include "normal.cuh"

struct UniformNumbers {
  float low, span;
  __device__ float4 transform(uint4 w) const { return make_float4(uniform(w.x), uniform(w.y), uniform(w.z), uniform(w.w)); }
  __device__ float combine(float made, float) const { return fmaf(span, made, low); }
};

extern "C" __global__ void fill_uniform(
    long long n, float low, float span, unsigned long long seed, const unsigned long long* step, unsigned int stream,
    long long first, float* y) {
  map_random(n, seed, step[0], stream, nullptr, y, UniformNumbers{low, span}, first);
}

extern "C" __global__ void fill_normal(
    long long n, float mean, float deviation, unsigned long long seed, const unsigned long long* step, unsigned int stream,
    long long first, float* y) {
  map_random(n, seed, step[0], stream, nullptr, y, NormalNumbers{mean, deviation}, first);
}
