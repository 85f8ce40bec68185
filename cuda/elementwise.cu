// Fills, copies, sums and multiples, element by element.
//   fill: y[i] = value.   copy: y[i] = x[i].   add: y[i] = y[i] + x[i].   scale: y[i] = factor[0] y[i].
//   add_forward: y[i] = f(a[i] + b[i]) with f the identity, or ReLU where `relu` is not 0; NaN passes.
// Shapes: n elements. Aliasing: y may be an input. Any address of a float; whole 16-byte words where all addresses allow.
// Launch: one-dimensional, 256 threads, four elements a thread, grid-stride: memory is the limit, and 128-bit accesses keep the number
// of instructions for each byte low.
#include "map.cuh"

struct FillBody {
  float value;
  __device__ float operator()(float, float) const { return value; }
};

struct CopyBody {
  __device__ float operator()(float x, float) const { return x; }
};

struct AddBody {
  __device__ float operator()(float x, float y) const { return y + x; }
};

struct ScaleBody {
  float factor;
  __device__ float operator()(float x, float) const { return factor * x; }
};

// A comparison and a choice instead of a maximum, so that NaN passes.
struct AddReluBody {
  bool relu;
  __device__ float operator()(float a, float b) const {
    float sum = a + b;
    return relu && sum <= 0.0f ? 0.0f : sum;
  }
};

extern "C" __global__ void fill(long long n, float value, float* y) { map(n, nullptr, nullptr, y, FillBody{value}); }

extern "C" __global__ void copy(long long n, const float* x, float* y) { map(n, x, nullptr, y, CopyBody{}); }

extern "C" __global__ void add(long long n, const float* x, float* y) { map(n, x, y, y, AddBody{}); }

extern "C" __global__ void scale(long long n, const float* factor, float* y) { map(n, y, nullptr, y, ScaleBody{factor[0]}); }

extern "C" __global__ void add_forward(long long n, int relu, const float* a, const float* b, float* y) {
  map(n, a, b, y, AddReluBody{relu != 0});
}
