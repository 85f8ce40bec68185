// Activation functions and their gradients, element by element, the same bits as on the CPU.
//   forward: y[i] = f(x[i]).   backward: dx[i] = dy[i] f'(x[i]), told by y for ReLU, tanh and sigmoid, by x for GELU and SiLU.
//   relu max(x, 0) with derivative 0 at 0; gelu x (1 + erf(x / sqrt 2)) / 2 and its tanh approximation (arXiv:1606.08415);
//   silu x / (1 + e^-x); tanh; sigmoid 1 / (1 + e^-x).
// Shapes: n elements. Aliasing: y may be x, dx may be dy. NaN gives NaN; values and derivatives have their limits at both infinities.
// Launch: one-dimensional, 256 threads, four elements a thread, grid-stride.
#include "map.cuh"
#include "math.cuh"

__device__ __forceinline__ float at_least(float x, float bound) { return x < bound ? bound : x; }
__device__ __forceinline__ float at_most(float x, float bound) { return bound < x ? bound : x; }

// A comparison and a choice instead of a maximum: NaN passes, in the value and in the gradient.
struct Relu {
  __device__ float operator()(float x, float) const { return x <= 0.0f ? 0.0f : x; }
};

struct ReluGradient {
  __device__ float operator()(float y, float dy) const { return y <= 0.0f ? 0.0f : dy; }
};

// In the three functions that multiply x by a probability, x is cut off where the probability has long been 0 or 1, so that infinite and
// huge inputs reach the limit instead of infinity times zero.
struct Gelu {
  __device__ float operator()(float x, float) const {
    float cut = at_least(x, -16.0f);
    return 0.5f * cut * (1.0f + erf_of(cut * 0.707106769f));
  }
};

struct GeluGradient {
  __device__ float operator()(float x, float dy) const {
    float cut = at_most(at_least(x, -12.0f), 12.0f);
    float probability = fmaf(erf_of(cut * 0.707106769f), 0.5f, 0.5f);
    float density = 0.398942292f * exp_normal(cut * cut * -0.5f);
    return dy * fmaf(cut, density, probability);
  }
};

#define GELU_SCALE 0.797884583f
#define GELU_CUBIC 0.0356774069f

struct GeluTanh {
  __device__ float operator()(float x, float) const {
    float cut = at_least(x, -16.0f);
    float bounded = at_most(cut, 16.0f);
    float inner = bounded * fmaf(bounded * bounded, GELU_CUBIC, GELU_SCALE);
    return 0.5f * cut * (1.0f + tanh_of(inner));
  }
};

struct GeluTanhGradient {
  __device__ float operator()(float x, float dy) const {
    float cut = at_most(at_least(x, -16.0f), 16.0f);
    float square = cut * cut;
    float t = tanh_of(cut * fmaf(square, GELU_CUBIC, GELU_SCALE));
    float slope = fmaf(square, 3.0f * GELU_CUBIC, GELU_SCALE);
    return dy * fmaf(0.5f * cut * slope, fmaf(-t, t, 1.0f), fmaf(t, 0.5f, 0.5f));
  }
};

struct Silu {
  __device__ float operator()(float x, float) const {
    float cut = at_least(x, -120.0f), complement;
    return cut * sigmoid_of(cut, complement);
  }
};

struct SiluGradient {
  __device__ float operator()(float x, float dy) const {
    float cut = at_most(at_least(x, -120.0f), 120.0f), complement;
    float s = sigmoid_of(cut, complement);
    return dy * s * fmaf(cut, complement, 1.0f);
  }
};

struct Tanh {
  __device__ float operator()(float x, float) const { return tanh_of(x); }
};

struct TanhGradient {
  __device__ float operator()(float y, float dy) const { return dy * fmaf(-y, y, 1.0f); }
};

struct Sigmoid {
  __device__ float operator()(float x, float) const {
    float complement;
    return sigmoid_of(x, complement);
  }
};

struct SigmoidGradient {
  __device__ float operator()(float y, float dy) const { return dy * y * (1.0f - y); }
};

extern "C" __global__ void relu_forward(long long n, const float* x, float* y) { map(n, x, nullptr, y, Relu{}); }
extern "C" __global__ void relu_backward(long long n, const float* y, const float* dy, float* dx) { map(n, y, dy, dx, ReluGradient{}); }

extern "C" __global__ void gelu_forward(long long n, const float* x, float* y) { map(n, x, nullptr, y, Gelu{}); }
extern "C" __global__ void gelu_backward(long long n, const float* x, const float* dy, float* dx) { map(n, x, dy, dx, GeluGradient{}); }

extern "C" __global__ void gelu_tanh_forward(long long n, const float* x, float* y) { map(n, x, nullptr, y, GeluTanh{}); }
extern "C" __global__ void gelu_tanh_backward(long long n, const float* x, const float* dy, float* dx) {
  map(n, x, dy, dx, GeluTanhGradient{});
}

extern "C" __global__ void silu_forward(long long n, const float* x, float* y) { map(n, x, nullptr, y, Silu{}); }
extern "C" __global__ void silu_backward(long long n, const float* x, const float* dy, float* dx) { map(n, x, dy, dx, SiluGradient{}); }

extern "C" __global__ void tanh_forward(long long n, const float* x, float* y) { map(n, x, nullptr, y, Tanh{}); }
extern "C" __global__ void tanh_backward(long long n, const float* y, const float* dy, float* dx) { map(n, y, dy, dx, TanhGradient{}); }

extern "C" __global__ void sigmoid_forward(long long n, const float* x, float* y) { map(n, x, nullptr, y, Sigmoid{}); }
extern "C" __global__ void sigmoid_backward(long long n, const float* y, const float* dy, float* dx) {
  map(n, y, dy, dx, SigmoidGradient{});
}
