// The gradient of a convolution by its input: dx[b, c, i, j] = sum over (o, r, s) of w[o, c, r, s] dy[b, o, (i + ph - r dh) / sh, (j + pw - s dw) / sw],
// where both divisions leave nothing, or what was there plus that; zero where mask is given and not above 0. One product (gather_product.cuh) for each phase: pixels of
// the same remainders modulo the strides have taps of their own, so that nothing is multiplied by the zeros between the outputs of a
// strided convolution. Rows are the input channels of a group, columns the pixels of a phase, k is (o, tap row, tap column).
// Shapes: dy (B, O, H', W'); w (O, C / groups, R, S); mask (B, C, H, W), or null; dx (B, C, H, W). dx may be mask; else no aliasing.
// Launch: 128 threads; x: column tiles of the largest phase, y: row tiles of all groups, z: phases times slices of k. Kernels are named for
// their tiles; registers are bounded so that a multiprocessor holds three blocks of the largest, four of the others.
#ifndef TF32
#define TF32 false
#endif
#ifndef BFLOAT16
#define BFLOAT16 false
#endif
#ifndef FLOAT16
#define FLOAT16 false
#endif
#include "gather_product.cuh"

// The taps of one side (rows or columns) that reach pixels first, first + stride, ... and how many such pixels there are.
struct Taps {
  int first_tap, step, count, pixels;

  __device__ __forceinline__ Taps(int first, int size, int stride, int padding, int dilation, int kernel) {
    first_tap = 0, step = 1, count = 0;
#pragma unroll 1
    for (int tap = 0; tap < kernel; tap++) {
      if ((first + padding - tap * dilation) % stride != 0) continue;
      if (count == 0) first_tap = tap;
      if (count == 1) step = tap - first_tap;
      count++;
    }
    pixels = first < size ? (size - first + stride - 1) / stride : 0;
  }
};

struct DataGather {
  static const bool is_data = true;
  int rows, depth, pixel_rows, pixel_columns;
  int source_channels, source_height, source_width, source_count;
  int pixel_step_row, pixel_step_column;
  int weight_row, weight_group;
  int out_height, out_width, first_row, first_column, step_row, step_column;
  int taps, tap_columns, first_tap_row, first_tap_column, tap_step_row, tap_step_column;
  int kernel_width, channel_weights, dilation_height, dilation_width, padding_height, padding_width;

  __device__ __forceinline__ DataGather(const Conv2dShape& shape, int phase) {
    step_row = shape.stride_height, step_column = shape.stride_width;
    first_row = phase / step_column, first_column = phase % step_column;
    Taps down(first_row, shape.in_height, step_row, shape.padding_height, shape.dilation_height, shape.kernel_height);
    Taps across(first_column, shape.in_width, step_column, shape.padding_width, shape.dilation_width, shape.kernel_width);
    rows = shape.in_channels / shape.groups;
    source_channels = shape.out_channels / shape.groups;
    taps = down.count * across.count, tap_columns = across.count;
    depth = source_channels * taps;
    pixel_rows = down.pixels, pixel_columns = across.pixels;
    first_tap_row = down.first_tap, first_tap_column = across.first_tap, tap_step_row = down.step, tap_step_column = across.step;
    source_height = shape.out_height(), source_width = shape.out_width();
    source_count = shape.out_channels * source_height * source_width;
    pixel_step_row = pixel_step_column = 1;
    kernel_width = shape.kernel_width;
    weight_row = shape.kernel_height * kernel_width, channel_weights = rows * weight_row;
    weight_group = source_channels * channel_weights;
    out_height = shape.in_height, out_width = shape.in_width;
    dilation_height = shape.dilation_height, dilation_width = shape.dilation_width;
    padding_height = shape.padding_height, padding_width = shape.padding_width;
  }

  __device__ __forceinline__ int4 entry(int k) const {
    int channel = k / taps, tap = k - channel * taps, tap_row = tap / tap_columns;
    int r = first_tap_row + tap_row * tap_step_row, s = first_tap_column + (tap - tap_row * tap_columns) * tap_step_column;
    int y = (first_row + padding_height - r * dilation_height) / step_row;
    int x = (first_column + padding_width - s * dilation_width) / step_column;
    return make_int4((channel * source_height + y) * source_width + x, y, x, channel * channel_weights + r * kernel_width + s);
  }
};

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 3)
convolution_data_64x128(const Conv2dShape shape, int batch, int slices, long long step, const float* __restrict__ dy,
                        const float* __restrict__ w, const float* mask, bool accumulate, float* dx) {
  convolve<64, 128, DataGather>(shape, batch, slices, step, dy, w, nullptr, false, mask, accumulate, dx);
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 4)
convolution_data_64x64(const Conv2dShape shape, int batch, int slices, long long step, const float* __restrict__ dy,
                       const float* __restrict__ w, const float* mask, bool accumulate, float* dx) {
  convolve<64, 64, DataGather>(shape, batch, slices, step, dy, w, nullptr, false, mask, accumulate, dx);
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 4)
convolution_data_32x64(const Conv2dShape shape, int batch, int slices, long long step, const float* __restrict__ dy,
                       const float* __restrict__ w, const float* mask, bool accumulate, float* dx) {
  convolve<32, 64, DataGather>(shape, batch, slices, step, dy, w, nullptr, false, mask, accumulate, dx);
}
