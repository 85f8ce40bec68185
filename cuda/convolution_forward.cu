// Two-dimensional convolution: y[b, o, i, j] = f(bias[o] + sum over (c, r, s) of w[o, c, r, s] x[b, c, i sh + r dh - ph, j sw + s dw - pw]), f the
// ReLU or nothing, as one product (gather_product.cuh): rows are the output channels of a group, columns the pixels of all images, k is
// (c, r, s) as the weights lie in memory.
// Shapes: x (B, C, H, W); w (O, C / groups, R, S); bias (O), or null; y (B, O, H', W'). No aliasing.
// Launch: 128 threads; x: column tiles, y: row tiles of all groups, z: slices of k. Kernels are named for their tiles; registers are
// bounded so that a multiprocessor holds three blocks of the largest, four of the others.
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

struct ForwardGather {
  static const bool is_data = false;
  int rows, depth, pixel_rows, pixel_columns;           // of the product
  int source_channels, source_height, source_width;     // of the images that are gathered from, channels of a group
  int source_count;                                     // elements of a whole image
  int pixel_step_row, pixel_step_column;                // rows and columns of the source from one pixel to the next
  int weight_row, weight_group;                         // elements of the weights from one row, one group to the next
  int out_height, out_width, first_row, first_column, step_row, step_column;
  int taps, kernel_width, dilation_height, dilation_width, padding_height, padding_width;

  __device__ __forceinline__ ForwardGather(const Conv2dShape& shape, int) {
    rows = shape.out_channels / shape.groups;
    source_channels = shape.in_channels / shape.groups;
    taps = shape.kernel_height * shape.kernel_width, kernel_width = shape.kernel_width;
    depth = source_channels * taps;
    pixel_rows = out_height = shape.out_height(), pixel_columns = out_width = shape.out_width();
    source_height = shape.in_height, source_width = shape.in_width;
    source_count = shape.in_channels * source_height * source_width;
    pixel_step_row = shape.stride_height, pixel_step_column = shape.stride_width;
    weight_row = depth, weight_group = rows * depth;
    first_row = first_column = 0, step_row = step_column = 1;
    dilation_height = shape.dilation_height, dilation_width = shape.dilation_width;
    padding_height = shape.padding_height, padding_width = shape.padding_width;
  }

  __device__ __forceinline__ int4 entry(int k) const {
    int channel = k / taps, tap = k - channel * taps, tap_row = tap / kernel_width;
    int y = tap_row * dilation_height - padding_height, x = (tap - tap_row * kernel_width) * dilation_width - padding_width;
    return make_int4((channel * source_height + y) * source_width + x, y, x, k);
  }
};

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 3)
convolution_forward_64x128(const Conv2dShape shape, int batch, int slices, long long step, const float* __restrict__ x,
                           const float* __restrict__ w, const float* __restrict__ bias, bool relu, float* __restrict__ y) {
  convolve<64, 128, ForwardGather>(shape, batch, slices, step, x, w, bias, relu, nullptr, false, y);
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 4)
convolution_forward_64x64(const Conv2dShape shape, int batch, int slices, long long step, const float* __restrict__ x,
                          const float* __restrict__ w, const float* __restrict__ bias, bool relu, float* __restrict__ y) {
  convolve<64, 64, ForwardGather>(shape, batch, slices, step, x, w, bias, relu, nullptr, false, y);
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 4)
convolution_forward_32x64(const Conv2dShape shape, int batch, int slices, long long step, const float* __restrict__ x,
                          const float* __restrict__ w, const float* __restrict__ bias, bool relu, float* __restrict__ y) {
  convolve<32, 64, ForwardGather>(shape, batch, slices, step, x, w, bias, relu, nullptr, false, y);
}
