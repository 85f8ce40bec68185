// Gradients of the scale and shift of layer and group normalisation, with h = (x - mean) inverse.
//   layer: dscale[k] = sum_r dy[r, k] h[r, k], dshift[k] = sum_r dy[r, k].
//   group: dscale[c] = sum_b sum_s dy[b, c, s] h[b, c, s], dshift[c] = sum_b sum_s dy[b, c, s].
// Shapes: layer (rows, columns) with mean, inverse (rows); group (batch, channels, size) with mean, inverse (batch, groups). Null: either
// gradient. `accumulate` not 0 adds to what is there.
// Order: float32 by thread and block, then the blocks' sums; from the sizes alone.
// Launch: layer: the lanes of a warp are 32 neighbouring columns, so that loads are coalesced; the warps of `splits` blocks share the rows,
// `per_split` each. group: 256 threads; `splits` blocks share a channel, `per_split` elements each. Where splits > 1 the last block joins
// the sums: `partials` holds two floats for each column or channel and split, `counters` one for each 32 columns or each channel, zero
// before and after.
#include "moments.cuh"

__device__ __forceinline__ void finish(float* target, int index, float sum, int accumulate) {
  if (target) target[index] = accumulate ? target[index] + sum : sum;
}

extern "C" __global__ void __launch_bounds__(1024) layer_norm_parameters(
    int rows, int columns, int splits, int per_split, const float* x, const float* dy, const float* mean, const float* inverse,
    float* scale_gradient, float* shift_gradient, int accumulate, float* partials, unsigned int* counters) {
  __shared__ float scratch[1024];
  ColumnTeam team{scratch};
  int group = blockIdx.x / splits, split = blockIdx.x - group * splits;
  int column = group * WARP + lane_id();
  bool idle = column >= columns;
  int end = min(rows, (split + 1) * per_split);
  float scale = 0, shift = 0;
  for (int r = split * per_split + (int)team.rank(); r < end && !idle; r += team.size()) {
    long long at = (long long)r * columns + column;
    float g = dy[at];
    shift += g;
    scale = fmaf(g, (x[at] - mean[r]) * inverse[r], scale);
  }
  scale = team.sum(scale);
  shift = team.sum(shift);
  if (splits > 1) {
    float* place = partials + (long long)split * 2 * columns + column;
    if (team.rank() == 0 && !idle) {
      place[0] = scale;
      place[columns] = shift;
    }
    if (!is_last_block(counters + group, splits)) return;
    scale = shift = 0;
    for (int k = team.rank(); k < splits && !idle; k += team.size()) {
      const float* other = partials + (long long)k * 2 * columns + column;
      scale += other[0];
      shift += other[columns];
    }
    scale = team.sum(scale);
    shift = team.sum(shift);
  }
  if (team.rank() != 0 || idle) return;
  finish(scale_gradient, column, scale, accumulate);
  finish(shift_gradient, column, shift, accumulate);
}

template <int V>
__device__ __forceinline__ float2 channel_sums(
    const BlockTeam& team, int channels, unsigned int size, int groups, int channel, unsigned int begin, unsigned int end, const float* x,
    const float* dy, const float* mean, const float* inverse) {
  bool aligned = is_aligned16(x) && is_aligned16(dy);
  unsigned int step = team.size() * V, i = begin + team.rank() * V;
  Walk walk(i, step, size, (long long)channels * size);
  long long base = (long long)channel * size;
  int group = channel / (channels / groups);
  float scale = 0, shift = 0;
  for (; i < end; i += step) {
    float v[V], g[V], s = 0, t = 0;
    load<V>(x + base + walk.at, v, aligned);
    load<V>(dy + base + walk.at, g, aligned);
    int place = walk.plane * groups + group;
    float m = mean[place], f = inverse[place];
#pragma unroll
    for (int j = 0; j < V; j++) {
      s += g[j];
      t = fmaf(g[j], (v[j] - m) * f, t);
    }
    shift += s;
    scale += t;
    walk.next();
  }
  scale = team.sum(scale);
  return make_float2(scale, team.sum(shift));
}

extern "C" __global__ void __launch_bounds__(256) group_norm_parameters(
    int batch, int channels, int size, int groups, int splits, int per_split, const float* x, const float* dy, const float* mean,
    const float* inverse, float* scale_gradient, float* shift_gradient, int accumulate, float* partials, unsigned int* counters) {
  __shared__ float scratch[WARP];
  BlockTeam team{scratch};
  int channel = blockIdx.x / splits, split = blockIdx.x - channel * splits;
  unsigned int begin = (unsigned int)split * per_split, end = min(begin + per_split, (unsigned int)batch * size);
  float2 sums = size % 4 == 0 ? channel_sums<4>(team, channels, size, groups, channel, begin, end, x, dy, mean, inverse)
                              : channel_sums<1>(team, channels, size, groups, channel, begin, end, x, dy, mean, inverse);
  if (splits > 1) {
    float2* place = (float2*)partials + (long long)channel * splits;
    if (threadIdx.x == 0) place[split] = sums;
    if (!is_last_block(counters + channel, splits)) return;
    sums = make_float2(0, 0);
    for (int k = threadIdx.x; k < splits; k += blockDim.x) {
      sums.x += place[k].x;
      sums.y += place[k].y;
    }
    sums.x = team.sum(sums.x);
    sums.y = team.sum(sums.y);
  }
  if (threadIdx.x != 0) return;
  finish(scale_gradient, channel, sums.x, accumulate);
  finish(shift_gradient, channel, sums.y, accumulate);
}
