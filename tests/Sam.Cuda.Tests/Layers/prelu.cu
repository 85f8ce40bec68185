// PReLU (He et al., ICCV 2015, arXiv:1502.01852, eq. 1): y = x where x > 0, else slope[c] x, with a slope for each channel.
// Shapes: x, y, dy, dx (B, C, plane); slope, dslope (C). dx and dslope may be null.
// Launch: forward one-dimensional, grid-stride; backward a block of 256 threads for each channel, whose sum has an order that the sizes decide.
#include "common.cuh"

extern "C" __global__ void prelu_forward(long long n, int channels, int plane, const float* x, const float* slope, float* y) {
  for (long long i = first_index(); i < n; i += index_step()) y[i] = x[i] > 0 ? x[i] : slope[i / plane % channels] * x[i];
}

extern "C" __global__ void prelu_backward(
    int batch, int channels, int plane, const float* x, const float* dy, const float* slope, float* dx, bool accumulates, float* dslope) {
  __shared__ float scratch[WARP];
  int channel = blockIdx.x;
  float sum = 0;
  for (int i = threadIdx.x; i < batch * plane; i += blockDim.x) {
    long long at = ((long long)(i / plane) * channels + channel) * plane + i % plane;
    bool on = x[at] > 0;
    if (!on) sum = fmaf(x[at], dy[at], sum);
    if (dx) dx[at] = on ? dy[at] : slope[channel] * dy[at];
  }
  sum = block_reduce<SumOf>(sum, scratch);
  if (threadIdx.x == 0 && dslope) dslope[channel] = accumulates ? dslope[channel] + sum : sum;
}
