// Pooling of planes and its gradient.
//   maximum: y[p, i, j] = the largest element of the window that lies inside the plane; the first in row-major order of equal ones, and the
//   last NaN where there is one. Its gradient goes to that element, found again in x; with relu_mask only where the element is above 0.
//   average: y[p, i, j] = sum of the window's elements inside the plane / n, n those elements or, with count_padding, those inside the padded
//   plane. Gradient: dx[p, r, c] = sum over the windows that hold (r, c) of dy / n, zero where mask is given and not above 0.
//   adaptive average: window i of a side of H elements and H' outputs goes from floor(i H / H') to ceil((i + 1) H / H') - 1.
// The last windows may hang over the padded plane by `overhang` elements, which are outside of it.
// Shapes: x, dx, mask (planes, H, W), y, dy (planes, H', W'). mask may be null. dx may be the mask; else no aliasing.
// Order: forward sums go lane by lane (element e of the window in lane e mod lanes, ascending, then a tree over the lanes); each element of a
// gradient gathers its windows in ascending order of (i, j). So nothing is written twice and sums have one order, without atomics.
// Launch: one-dimensional, 256 threads, grid-stride. Average: `lanes` threads, a power of two up to 32, for each output, so that the elements of
// a wide window are read side by side. The `_pairs` kernels do windows of 2x2 side by side on planes of even width with 8-byte accesses;
// sectors are fully used where rows are whole sectors, and 8 for 7 with LeNet's rows of 28 floats, which end in the middle of one.
#include "common.cuh"

struct Pool2dShape {
  int channels, in_height, in_width, kernel_height, kernel_width, stride_height, stride_width, padding_height, padding_width;
  int overhang_height, overhang_width;
};

__device__ __forceinline__ int out_rows(const Pool2dShape& shape) {
  return (shape.in_height + 2 * shape.padding_height + shape.overhang_height - shape.kernel_height) / shape.stride_height + 1;
}

__device__ __forceinline__ int out_columns(const Pool2dShape& shape) {
  return (shape.in_width + 2 * shape.padding_width + shape.overhang_width - shape.kernel_width) / shape.stride_width + 1;
}

// Splits i into a quotient and, in i, the remainder. Most tensors have fewer than 2^32 elements, for which 32 bits do and cost a quarter.
__device__ __forceinline__ long long split(long long& i, int divisor) {
  long long quotient = i >> 32 ? i / divisor : (long long)((unsigned)i / (unsigned)divisor);
  i -= quotient * divisor;
  return quotient;
}

// Rows and columns of a window, cut to the plane.
struct Window {
  int top, left, bottom, right;
};

__device__ __forceinline__ Window window_at(const Pool2dShape& shape, int i, int j) {
  int y = i * shape.stride_height - shape.padding_height, x = j * shape.stride_width - shape.padding_width;
  return Window{max(y, 0), max(x, 0), min(y + shape.kernel_height, shape.in_height), min(x + shape.kernel_width, shape.in_width)};
}

// What a window's sum is divided by.
__device__ __forceinline__ float divisor(const Pool2dShape& shape, int i, int j, bool count_padding) {
  Window window = window_at(shape, i, j);
  if (!count_padding) return (float)((window.bottom - window.top) * (window.right - window.left));
  int y = i * shape.stride_height - shape.padding_height, x = j * shape.stride_width - shape.padding_width;
  int rows = min(y + shape.kernel_height, shape.in_height + shape.padding_height) - y;
  int columns = min(x + shape.kernel_width, shape.in_width + shape.padding_width) - x;
  return (float)(rows * columns);
}

__device__ __forceinline__ int winner(const Window& window, const float* plane, int width, float& best) {
  int at = window.top * width + window.left;
  best = -__int_as_float(0x7f800000);
  for (int r = window.top; r < window.bottom; r++) {
    for (int c = window.left; c < window.right; c++) {
      float value = plane[r * width + c];
      if (value > best || value != value) best = value, at = r * width + c;
    }
  }
  return at;
}

// The first window that reaches a padded coordinate: the smallest o >= 0 with o stride + kernel > at.
__device__ __forceinline__ int first_window(int at, int kernel, int stride) { return at < kernel ? 0 : (at - kernel) / stride + 1; }

extern "C" __global__ void max_pool_forward(const Pool2dShape shape, long long planes, const float* __restrict__ x, float* __restrict__ y) {
  int height = out_rows(shape);
  int width = out_columns(shape);
  long long count = planes * height * width;
#pragma unroll 1
  for (long long index = first_index(); index < count; index += index_step()) {
    long long i = index, row = split(i, width), plane = split(row, height);
    Window window = window_at(shape, (int)row, (int)i);
    const float* from = x + plane * shape.in_height * shape.in_width;
    float best;
    int at = winner(window, from, shape.in_width, best);
    y[index] = from[at];
  }
}

extern "C" __global__ void max_pool_backward(const Pool2dShape shape, long long planes, const float* __restrict__ x,
                                             const float* __restrict__ dy, bool relu_mask, float* __restrict__ dx) {
  int out_height = out_rows(shape);
  int out_width = out_columns(shape);
  int size = shape.in_height * shape.in_width;
  long long count = planes * size;
#pragma unroll 1
  for (long long index = first_index(); index < count; index += index_step()) {
    long long at = index, plane = split(at, size);
    int row = (int)at / shape.in_width + shape.padding_height, column = (int)at % shape.in_width + shape.padding_width;
    const float* from = x + plane * size;
    const float* gradient = dy + plane * out_height * out_width;
    int last_row = min(row / shape.stride_height, out_height - 1), last_column = min(column / shape.stride_width, out_width - 1);
    float sum = 0;
    for (int i = first_window(row, shape.kernel_height, shape.stride_height); i <= last_row; i++) {
      for (int j = first_window(column, shape.kernel_width, shape.stride_width); j <= last_column; j++) {
        float best;
        bool won = winner(window_at(shape, i, j), from, shape.in_width, best) == (int)at;
        if (won && (!relu_mask || from[at] > 0)) sum += gradient[i * out_width + j];
      }
    }
    dx[index] = sum;
  }
}

// The winner among the elements of a 2x2 window: 0 and 1 above, 2 and 3 below.
__device__ __forceinline__ int winner_of_pairs(float2 above, float2 below, float& best) {
  int at = 0;
  best = above.x;
  if (above.y > best || above.y != above.y) best = above.y, at = 1;
  if (below.x > best || below.x != below.x) best = below.x, at = 2;
  if (below.y > best || below.y != below.y) best = below.y, at = 3;
  return at;
}

extern "C" __global__ void max_pool_forward_pairs(long long planes, int in_height, int in_width, const float* __restrict__ x,
                                                  float* __restrict__ y) {
  int height = in_height / 2, width = in_width / 2;
  long long count = planes * height * width;
#pragma unroll 1
  for (long long index = first_index(); index < count; index += index_step()) {
    long long j = index, row = split(j, width), plane = split(row, height);
    const float* from = x + (plane * in_height + 2 * row) * in_width + 2 * j;
    float best;
    winner_of_pairs(*(const float2*)from, *(const float2*)(from + in_width), best);
    y[index] = best;
  }
}

// A row that is left below the last windows, where the height is odd, gets zeros.
extern "C" __global__ void max_pool_backward_pairs(long long planes, int in_height, int in_width, const float* __restrict__ x,
                                                   const float* __restrict__ dy, bool relu_mask, float* __restrict__ dx) {
  int height = in_height / 2, width = in_width / 2, rows = (in_height + 1) / 2;
  long long count = planes * rows * width;
#pragma unroll 1
  for (long long index = first_index(); index < count; index += index_step()) {
    long long j = index, row = split(j, width), plane = split(row, rows);
    long long at = (plane * in_height + 2 * row) * in_width + 2 * j;
    float2 above = make_float2(0, 0), below = above;
    if (row < height) {
      float best;
      int won = winner_of_pairs(*(const float2*)(x + at), *(const float2*)(x + at + in_width), best);
      float gradient = 0.0f + dy[(plane * height + row) * width + j];
      if (relu_mask && !(best > 0)) gradient = 0;
      above = make_float2(won == 0 ? gradient : 0, won == 1 ? gradient : 0);
      below = make_float2(won == 2 ? gradient : 0, won == 3 ? gradient : 0);
    }
    *(float2*)(dx + at) = above;
    if (row < height) *(float2*)(dx + at + in_width) = below;
  }
}

// The sum of a window by `lanes` neighbouring threads; every one of them gets it.
__device__ __forceinline__ float window_sum(const Window& window, const float* plane, int width, int lanes) {
  int columns = window.right - window.left, row = 0, column = threadIdx.x & (lanes - 1);
  int rows = columns > 0 ? window.bottom - window.top : 0;
  const float* corner = plane + window.top * width + window.left;
  float sum = 0;
  while (true) {
    while (column >= columns && row < rows) column -= columns, row++;
    if (row >= rows) break;
    sum += corner[row * width + column];
    column += lanes;
  }
  for (int offset = lanes / 2; offset > 0; offset /= 2) sum += __shfl_xor_sync(FULL_MASK, sum, offset);
  return sum;
}

// Calls body(index of the output, whether it is one) for outputs of `lanes` threads each. All lanes of a warp go round together, as they
// exchange their sums.
template <typename Body>
__device__ __forceinline__ void for_each_output(long long count, int lanes, Body body) {
  long long warp_first = (first_index() - lane_id()) / lanes;
#pragma unroll 1
  for (; warp_first < count; warp_first += index_step() / lanes) body(warp_first + lane_id() / lanes);
}

extern "C" __global__ void average_pool_forward(const Pool2dShape shape, long long planes, bool count_padding, int lanes,
                                                const float* __restrict__ x, float* __restrict__ y) {
  int height = out_rows(shape);
  int width = out_columns(shape);
  long long count = planes * height * width;
  for_each_output(count, lanes, [&](long long index) {
    long long j = min(index, count - 1), row = split(j, width), plane = split(row, height);
    float sum = window_sum(window_at(shape, (int)row, (int)j), x + plane * shape.in_height * shape.in_width, shape.in_width, lanes);
    if (index < count && (threadIdx.x & (lanes - 1)) == 0) y[index] = sum / divisor(shape, (int)row, (int)j, count_padding);
  });
}

extern "C" __global__ void average_pool_backward(const Pool2dShape shape, long long planes, bool count_padding,
                                                 const float* __restrict__ dy, const float* mask, float* dx) {
  int out_height = out_rows(shape);
  int out_width = out_columns(shape);
  int size = shape.in_height * shape.in_width;
  long long count = planes * size;
#pragma unroll 1
  for (long long index = first_index(); index < count; index += index_step()) {
    long long at = index, plane = split(at, size);
    int row = (int)at / shape.in_width + shape.padding_height, column = (int)at % shape.in_width + shape.padding_width;
    const float* gradient = dy + plane * out_height * out_width;
    int last_row = min(row / shape.stride_height, out_height - 1), last_column = min(column / shape.stride_width, out_width - 1);
    float sum = 0;
    for (int i = first_window(row, shape.kernel_height, shape.stride_height); i <= last_row; i++) {
      for (int j = first_window(column, shape.kernel_width, shape.stride_width); j <= last_column; j++) {
        sum += gradient[i * out_width + j] / divisor(shape, i, j, count_padding);
      }
    }
    dx[index] = mask == nullptr || mask[index] > 0 ? sum : 0.0f;
  }
}

__device__ __forceinline__ int window_first(int index, int size, int outputs) { return (int)((long long)index * size / outputs); }

__device__ __forceinline__ int window_end(int index, int size, int outputs) {
  return (int)(((long long)(index + 1) * size + outputs - 1) / outputs);
}

extern "C" __global__ void adaptive_average_pool_forward(long long planes, int height, int width, int out_height, int out_width, int lanes,
                                                         const float* __restrict__ x, float* __restrict__ y) {
  long long count = planes * out_height * out_width;
  for_each_output(count, lanes, [&](long long index) {
    long long j = min(index, count - 1), row = split(j, out_width), plane = split(row, out_height);
    Window window{window_first((int)row, height, out_height), window_first((int)j, width, out_width),
                  window_end((int)row, height, out_height), window_end((int)j, width, out_width)};
    float sum = window_sum(window, x + plane * height * width, width, lanes);
    float elements = (float)((window.bottom - window.top) * (window.right - window.left));
    if (index < count && (threadIdx.x & (lanes - 1)) == 0) y[index] = sum / elements;
  });
}

// Windows that hold element r of a side: those from floor(r H' / H) to ceil((r + 1) H' / H) - 1.
extern "C" __global__ void adaptive_average_pool_backward(long long planes, int height, int width, int out_height, int out_width,
                                                          const float* __restrict__ dy, const float* mask, float* dx) {
  int size = height * width;
  long long count = planes * size;
#pragma unroll 1
  for (long long index = first_index(); index < count; index += index_step()) {
    long long at = index, plane = split(at, size);
    int row = (int)at / width, column = (int)at % width;
    const float* gradient = dy + plane * out_height * out_width;
    int end_row = window_end(row, out_height, height), end_column = window_end(column, out_width, width);
    float sum = 0;
    for (int i = window_first(row, out_height, height); i < end_row; i++) {
      int rows = window_end(i, height, out_height) - window_first(i, height, out_height);
      for (int j = window_first(column, out_width, width); j < end_column; j++) {
        int columns = window_end(j, width, out_width) - window_first(j, width, out_width);
        sum += gradient[i * out_width + j] / (float)(rows * columns);
      }
    }
    dx[index] = mask == nullptr || mask[index] > 0 ? sum : 0.0f;
  }
}
