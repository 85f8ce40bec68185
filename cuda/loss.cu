// Losses and their gradients in one launch; the losses are summed in double.
//   squared_error: d = y - t, L = factor sum_i d_i^2, dy = 2 factor d, d and dy rounded to float.
//   softmax cross-entropy: L = factor sum_b -sum_k t_bk ln p_bk, dz = factor (p - t), p = softmax(z), t = (1 - s) onehot(label) + s / K.
//     With m = max z: p_k = e^(z_k - m) / S and -ln p_k = ln S - (z_k - m), so nothing overflows. NaN, or +infinity, among a row's
//     logits makes its gradient and the loss NaN; -infinity is probability 0.
// Shapes: y, t, dy (n); z, dz (rows, classes); labels (rows), each in [0, classes); loss one double; `partials` a double for each block;
// `counter` zero before and after. Aliasing: a gradient may be the tensor that it is of.
// Order: elements and classes in float by thread and then a tree, losses in double by block; from the sizes alone.
// Launch: 256 threads. squared_error as sum.cu. cross_entropy_tiles, up to 256 classes: a block takes `tile_rows` rows, a multiple of 8 so
// that tiles start at whole sectors, through shared memory, as rows of ten logits are too short to be loaded one by one; a warp works on a
// row. cross_entropy_rows, more classes: a block works on a row, which its later passes find in the caches.
#include "double_sum.cuh"
#include "math.cuh"

#define TILE 2048

// Natural logarithm of a positive normal number, relative error below 1e-15; NaN and infinity pass. x = 2^e m with m in
// [sqrt(1/2), sqrt(2)), s = (m - 1) / (m + 1), ln x = e ln 2 + 2 (s + s^3/3 + ... + s^21/21): the CPU's bits.
__device__ __forceinline__ double log_of(double x) {
  if (!(x < __longlong_as_double(0x7ff0000000000000ll))) return x;
  long long bits = __double_as_longlong(x);
  long long exponent = (bits - 0x3FE6A09E667F3BCDll) >> 52;
  double m = __longlong_as_double(bits - (exponent << 52));
  double s = (m - 1) / (m + 1);
  double t = s * s;
  double p = 1.0 / 21;
  p = p * t + 1.0 / 19;
  p = p * t + 1.0 / 17;
  p = p * t + 1.0 / 15;
  p = p * t + 1.0 / 13;
  p = p * t + 1.0 / 11;
  p = p * t + 1.0 / 9;
  p = p * t + 1.0 / 7;
  p = p * t + 1.0 / 5;
  p = p * t + 1.0 / 3;
  return exponent * 0.6931471805599453 + 2 * s + 2 * s * t * p;
}

__device__ __forceinline__ double row_loss(float sum, float shifted_label, float shifted_sum, float smoothing, int classes) {
  double loss = log_of((double)sum);
  if (smoothing != 1.0f) loss -= (1.0 - smoothing) * shifted_label;
  if (smoothing != 0.0f) loss -= (double)smoothing / classes * shifted_sum;
  return loss;
}

__device__ __forceinline__ float gradient_of(float e, float inverse, bool hit, float smoothing, int classes, float factor) {
  float share = smoothing / classes;
  return fmaf(e, inverse, hit ? -(1.0f - smoothing + share) : -share) * factor;
}

extern "C" __global__ void __launch_bounds__(256) cross_entropy_tiles(
    int rows, int classes, int tile_rows, const float* z, const int* labels, float smoothing, double factor, float* gradient,
    double* partials, unsigned int* counter, double* loss) {
  __shared__ __align__(16) float tile[TILE];
  bool aligned = is_aligned16(z) && is_aligned16(gradient);
  double total = 0;
  for (int first = blockIdx.x * tile_rows; first < rows; first += gridDim.x * tile_rows) {
    int tile_count = min(tile_rows, rows - first);
    int count = tile_count * classes, words = aligned ? count / 4 : 0;
    long long offset = (long long)first * classes;
    for (int i = threadIdx.x; i < words; i += blockDim.x) ((float4*)tile)[i] = ((const float4*)(z + offset))[i];
    for (int i = words * 4 + threadIdx.x; i < count; i += blockDim.x) tile[i] = z[offset + i];
    __syncthreads();

    for (int r = warp_id(); r < tile_count; r += blockDim.x / WARP) {
      float* row = tile + r * classes;
      int label = labels[first + r];
      float largest = __int_as_float(0xff800000);
      for (int k = lane_id(); k < classes; k += WARP) largest = MaximumOf::apply(largest, row[k]);
      largest = warp_reduce<MaximumOf>(largest);
      float shifted_label = row[label] - largest;
      __syncwarp();
      float sum = 0, shifted_sum = 0;
      for (int k = lane_id(); k < classes; k += WARP) {
        float shifted = row[k] - largest, e = exp_of(shifted);
        sum += e;
        shifted_sum += shifted;
        row[k] = e;
      }
      sum = warp_reduce<SumOf>(sum);
      if (smoothing != 0.0f) shifted_sum = warp_reduce<SumOf>(shifted_sum);
      float inverse = 1.0f / sum;
      for (int k = lane_id(); k < classes; k += WARP) row[k] = gradient_of(row[k], inverse, k == label, smoothing, classes, (float)factor);
      if (lane_id() == 0) total += row_loss(sum, shifted_label, shifted_sum, smoothing, classes);
    }

    __syncthreads();
    for (int i = threadIdx.x; i < words; i += blockDim.x) ((float4*)(gradient + offset))[i] = ((float4*)tile)[i];
    for (int i = words * 4 + threadIdx.x; i < count; i += blockDim.x) gradient[offset + i] = tile[i];
    __syncthreads();
  }
  finish_sum(total, factor, partials, counter, loss);
}

extern "C" __global__ void __launch_bounds__(256) cross_entropy_rows(
    int rows, int classes, const float* z, const int* labels, float smoothing, double factor, float* gradient, double* partials,
    unsigned int* counter, double* loss) {
  __shared__ float scratch[WARP];
  double total = 0;
  for (int r = blockIdx.x; r < rows; r += gridDim.x) {
    const float* row = z + (long long)r * classes;
    float* target = gradient + (long long)r * classes;
    int label = labels[r];
    float largest = __int_as_float(0xff800000);
    for (int k = threadIdx.x; k < classes; k += blockDim.x) largest = MaximumOf::apply(largest, row[k]);
    largest = block_reduce<MaximumOf>(largest, scratch);
    float shifted_label = row[label] - largest, sum = 0, shifted_sum = 0;
    for (int k = threadIdx.x; k < classes; k += blockDim.x) {
      float shifted = row[k] - largest;
      sum += exp_of(shifted);
      shifted_sum += shifted;
    }
    sum = block_reduce<SumOf>(sum, scratch);
    if (smoothing != 0.0f) shifted_sum = block_reduce<SumOf>(shifted_sum, scratch);
    float inverse = 1.0f / sum;
    for (int k = threadIdx.x; k < classes; k += blockDim.x) {
      target[k] = gradient_of(exp_of(row[k] - largest), inverse, k == label, smoothing, classes, (float)factor);
    }
    if (threadIdx.x == 0) total += row_loss(sum, shifted_label, shifted_sum, smoothing, classes);
  }
  finish_sum(total, factor, partials, counter, loss);
}

extern "C" __global__ void squared_error(
    long long n, const float* y, const float* t, double factor, float* gradient, double* partials, unsigned int* counter, double* loss) {
  bool aligned = is_aligned16(y) && is_aligned16(t) && is_aligned16(gradient);
  float slope = (float)(2 * factor);
  double total = 0;
  for (long long i = first_index() * 4; i < n; i += index_step() * 4) {
    float4 output = load_word(y, i, n, aligned), target = load_word(t, i, n, aligned);
    const float d[4] = {output.x - target.x, output.y - target.y, output.z - target.z, output.w - target.w};
    total += ((double)d[0] * d[0] + (double)d[1] * d[1]) + ((double)d[2] * d[2] + (double)d[3] * d[3]);
    if (aligned && i + 4 <= n) {
      *(float4*)(gradient + i) = make_float4(slope * d[0], slope * d[1], slope * d[2], slope * d[3]);
    } else {
#pragma unroll
      for (int j = 0; j < 4; j++) {
        if (i + j < n) gradient[i + j] = slope * d[j];
      }
    }
  }
  finish_sum(total, factor, partials, counter, loss);
}
