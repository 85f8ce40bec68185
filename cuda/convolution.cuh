// What the kernels of a convolution share: its shape, as C# passes it, and the place outside of every image.
#pragma once

#define NOWHERE (-(1 << 30))

struct Conv2dShape {
  int in_channels, in_height, in_width, out_channels, kernel_height, kernel_width, stride_height, stride_width;
  int padding_height, padding_width, dilation_height, dilation_width, groups;

  __device__ __forceinline__ int out_height() const {
    return (in_height + 2 * padding_height - dilation_height * (kernel_height - 1) - 1) / stride_height + 1;
  }
  __device__ __forceinline__ int out_width() const {
    return (in_width + 2 * padding_width - dilation_width * (kernel_width - 1) - 1) / stride_width + 1;
  }
};
