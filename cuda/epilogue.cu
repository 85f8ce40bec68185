// What follows a product, in one pass: y[i] = f(sum_s x[s step + i] + bias[i / plane mod channels]), f the ReLU or nothing, or y[i] plus that;
// then zero where mask[i] is not greater than 0.
//   x: slices of n elements, `step` apart, added in ascending order to the first; y: n elements; bias: (channels), or null; mask: n
//   elements, or null. A linear layer's output has planes of one element, a convolution's of rows times columns.
// A NaN stays a NaN in the ReLU; where the mask is a NaN the result is zero.
// Aliasing: y may be the first slice of x, or the mask. Any address of a float; whole 16-byte words where addresses and sizes allow.
// Launch: one-dimensional, 256 threads, four elements a thread, grid-stride: memory is the limit.
#include "common.cuh"

__device__ __forceinline__ float finished(float value, bool relu) { return relu && value < 0.0f ? 0.0f : value; }

__device__ __forceinline__ float4 sum4(const float* x, long long i, int slices, long long step) {
  float4 sum = *(const float4*)(x + i);
  for (int s = 1; s < slices; s++) {
    float4 next = *(const float4*)(x + s * step + i);
    sum = make_float4(sum.x + next.x, sum.y + next.y, sum.z + next.z, sum.w + next.w);
  }
  return sum;
}

// The channel of element i of planes in a row.
__device__ __forceinline__ int channel(long long i, int plane, int channels) {
  if (i >> 32) return (int)(i / plane % channels);
  return (int)((unsigned)i / (unsigned)plane % (unsigned)channels);
}

extern "C" __global__ void epilogue(long long n, int slices, long long step, const float* x, const float* bias, int plane, int channels,
                                    bool relu, const float* mask, bool accumulate, float* y) {
  bool whole_channels = plane % 4 == 0 || (plane == 1 && channels % 4 == 0 && is_aligned16(bias));
  bool words = is_aligned16(x) && is_aligned16(y) && is_aligned16(mask) && step % 4 == 0 && (bias == nullptr || whole_channels);
  long long in_words = words ? n / 4 * 4 : 0;
  for (long long i = first_index() * 4; i < in_words; i += index_step() * 4) {
    float4 value = sum4(x, i, slices, step);
    if (bias) {
      int c = channel(i, plane, channels);
      float4 shift = plane == 1 ? *(const float4*)(bias + c) : make_float4(bias[c], bias[c], bias[c], bias[c]);
      value = make_float4(value.x + shift.x, value.y + shift.y, value.z + shift.z, value.w + shift.w);
    }
    value = make_float4(finished(value.x, relu), finished(value.y, relu), finished(value.z, relu), finished(value.w, relu));
    if (accumulate) {
      float4 old = *(const float4*)(y + i);
      value = make_float4(old.x + value.x, old.y + value.y, old.z + value.z, old.w + value.w);
    }
    if (mask) {
      float4 keep = *(const float4*)(mask + i);
      value = make_float4(keep.x > 0 ? value.x : 0, keep.y > 0 ? value.y : 0, keep.z > 0 ? value.z : 0, keep.w > 0 ? value.w : 0);
    }
    *(float4*)(y + i) = value;
  }
  for (long long i = in_words + first_index(); i < n; i += index_step()) {
    float value = x[i];
    for (int s = 1; s < slices; s++) value += x[s * step + i];
    if (bias) value += bias[channel(i, plane, channels)];
    value = finished(value, relu);
    if (accumulate) value += y[i];
    y[i] = mask == nullptr || mask[i] > 0 ? value : 0.0f;
  }
}
