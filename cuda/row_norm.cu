// Normalisation of rows: layer normalisation (Ba, Kiros, Hinton, arXiv:1607.06450), and group normalisation (Wu and He, ECCV 2018,
// arXiv:1803.08494), where a row is one example's group of neighbouring channels.
//   forward:  y = inverse scale (x - mean) + shift with the row's mean and biased variance, inverse = 1 / sqrt(variance + epsilon).
//   backward: g = dy scale, h = (x - mean) inverse: dx = inverse (g - mean(g) - h mean(g h)).
// Shapes: x, y, dy, dx (rows, length); mean, inverse (rows); scale, shift (groups length / size): element i of row r has number
// (r mod groups) length / size + i / size. Layer normalisation has groups = size = 1. Null: scale (1), shift (0).
// Aliasing: dx may be dy. Order: float32 around a center (moments.cuh), from the sizes alone.
// Launch: up to 256 elements a row: *_warps, a warp a row, 128 threads; more: *_blocks, a block a row with up to 1024 threads. Forward holds
// 8 elements a thread in registers; what is beyond, and the second look backward, come from the caches.
#include "moments.cuh"

struct RowNormArguments {
  int rows, length, groups, size;
  float epsilon;
  const float *input, *scale, *shift;
  float *output, *mean, *inverse;
  const float* output_gradient;
  float* input_gradient;
};

// Scale or shift of V neighbouring elements.
template <int V>
__device__ __forceinline__ void parameters(const RowNormArguments& a, const float* p, float missing, int first, unsigned int i, float* v) {
  if (!p) {
#pragma unroll
    for (int j = 0; j < V; j++) v[j] = missing;
  } else if (a.size == 1) {
    load<V>(p + first + i, v, is_aligned16(p));
  } else {
    float shared = p[first + i / a.size];
#pragma unroll
    for (int j = 0; j < V; j++) v[j] = shared;
  }
}

template <int V, typename Team>
__device__ __forceinline__ void forward(const RowNormArguments& a, const Team& team, int row) {
  unsigned int end = a.length, step = team.size() * V, i = team.rank() * V;
  bool aligned = is_aligned16(a.input) && is_aligned16(a.output);
  const float* x = a.input + (long long)row * a.length;
  float* y = a.output + (long long)row * a.length;
  int first = row % a.groups * (a.length / a.size);
  Walk walk(i, step, a.length, 0);
  float held[HELD];
  Sums s = sum_up<V>(team, x, aligned, walk, 0, end, held);
  float mean = s.mean((float)end), inverse = 1.0f / __fsqrt_rn(s.distance((float)end) / (float)end + a.epsilon);
  if (team.rank() == 0) {
    a.mean[row] = mean;
    a.inverse[row] = inverse;
  }

  auto put = [&](float* v) {
    float scale[V], shift[V];
    parameters<V>(a, a.scale, 1.0f, first, i, scale);
    parameters<V>(a, a.shift, 0.0f, first, i, shift);
#pragma unroll
    for (int j = 0; j < V; j++) v[j] = fmaf((v[j] - mean) * inverse, scale[j], shift[j]);
    store<V>(y + i, v, aligned);
  };
#pragma unroll
  for (int k = 0; k < HELD; k += V) {
    if (i < end) put(held + k);
    i += step;
  }
  for (; i < end; i += step) {
    float v[V];
    load<V>(x + i, v, aligned);
    put(v);
  }
}

template <int V, typename Team>
__device__ __forceinline__ void backward(const RowNormArguments& a, const Team& team, int row) {
  unsigned int end = a.length, step = team.size() * V;
  bool aligned = is_aligned16(a.input) && is_aligned16(a.output_gradient) && is_aligned16(a.input_gradient);
  long long base = (long long)row * a.length;
  int first = row % a.groups * (a.length / a.size);
  float mean = a.mean[row], inverse = a.inverse[row];
  auto fetch = [&](unsigned int i, float* d, float* g) {
    float scale[V];
    load<V>(a.input + base + i, d, aligned);
    load<V>(a.output_gradient + base + i, g, aligned);
    parameters<V>(a, a.scale, 1.0f, first, i, scale);
#pragma unroll
    for (int j = 0; j < V; j++) {
      d[j] -= mean;
      g[j] *= scale[j];
    }
  };

  float sum = 0, products = 0;
  for (unsigned int i = team.rank() * V; i < end; i += step) {
    float d[V], g[V];
    fetch(i, d, g);
#pragma unroll
    for (int j = 0; j < V; j++) {
      sum += g[j];
      products = fmaf(g[j], d[j], products);
    }
  }
  sum = team.sum(sum);
  products = team.sum(products);
  float slope = -inverse * products * inverse * inverse / (float)end, offset = -inverse * sum / (float)end;
  for (unsigned int i = team.rank() * V; i < end; i += step) {
    float d[V], g[V];
    fetch(i, d, g);
#pragma unroll
    for (int j = 0; j < V; j++) g[j] = fmaf(g[j], inverse, fmaf(d[j], slope, offset));
    store<V>(a.input_gradient + base + i, g, aligned);
  }
}

// Words of four have one scale each, or four that lie together.
__device__ __forceinline__ bool takes_words(const RowNormArguments& a) { return a.length % 4 == 0 && (a.size == 1 || a.size % 4 == 0); }

extern "C" __global__ void __launch_bounds__(128) row_norm_forward_warps(const RowNormArguments a) {
  int row = blockIdx.x * (blockDim.x / WARP) + warp_id();
  if (row >= a.rows) return;
  if (takes_words(a)) forward<4>(a, WarpTeam{}, row);
  else forward<1>(a, WarpTeam{}, row);
}

extern "C" __global__ void __launch_bounds__(1024) row_norm_forward_blocks(const RowNormArguments a) {
  __shared__ float scratch[WARP];
  if (takes_words(a)) forward<4>(a, BlockTeam{scratch}, blockIdx.x);
  else forward<1>(a, BlockTeam{scratch}, blockIdx.x);
}

extern "C" __global__ void __launch_bounds__(128) row_norm_backward_warps(const RowNormArguments a) {
  int row = blockIdx.x * (blockDim.x / WARP) + warp_id();
  if (row >= a.rows) return;
  if (takes_words(a)) backward<4>(a, WarpTeam{}, row);
  else backward<1>(a, WarpTeam{}, row);
}

extern "C" __global__ void __launch_bounds__(1024) row_norm_backward_blocks(const RowNormArguments a) {
  __shared__ float scratch[WARP];
  if (takes_words(a)) backward<4>(a, BlockTeam{scratch}, blockIdx.x);
  else backward<1>(a, BlockTeam{scratch}, blockIdx.x);
}
