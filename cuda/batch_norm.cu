// Batch normalisation with the shortcut and the ReLU behind it (Ioffe and Szegedy, ICML 2015, arXiv:1502.03167), channel by channel.
//   forward:  y = f(factor (x - mean) + shift + shortcut), factor = scale inverse, inverse = 1 / sqrt(variance + epsilon), mean and biased
//             variance over the batch and the plane, or the running ones; running = (1 - momentum) running + momentum batch with the
//             unbiased variance, unless the batch's is not finite; a cumulative average has the momentum 1 / count.
//   backward: g = dy where y > 0 or without ReLU, h = (x - mean) inverse: dshift = sum g, dscale = sum g h,
//             dx = factor (g - dshift / n - h dscale / n) + added, the middle terms with the batch's statistics only; shortcut's gradient g.
// Shapes: tensors (batch, channels, size); scale, shift, statistics (channels). Null: scale (1), shift (0), shortcut, running statistics
// and count, output (backward without shortcut: x tells where the ReLU was on), the added gradient, every gradient that is written.
// Aliasing: output may be shortcut; input_gradient may be output_gradient; shortcut_gradient may be output_gradient where
// input_gradient is not; added_gradient may be any of the three, and of shortcut_gradient what is written there is added.
// Order: float32 by thread, warp and block around a center (moments.cuh), blocks in double in ascending order; from the sizes alone.
// Launch, by the elements n = batch size of a channel:
//   size > 1, n <= 16384: *_channels, a block a channel with up to 1024 threads; the forward pass holds 8 elements a thread in
//     registers, what is beyond and the backward pass's second look come from the caches. One launch.
//   size > 1, more:       *_sums, then *_apply: a channel is split among `splits` blocks of 256 threads, `per_split` elements each, so that
//     few channels fill the device too; the last block of a channel joins their sums. Two launches. Evaluation needs *_apply only.
//   size = 1:             *_columns, behind linear layers: the lanes of a warp are 32 neighbouring channels, its warps share the batch.
//   A cumulative average has its count moved by *_count, one thread, in front: every channel reads it.
// `partials` holds two doubles for each block of a launch of *_sums, at most 2048, then two floats for each channel; `counters` one
// for each channel of it, zero before and after.
#include "moments.cuh"

struct BatchNormArguments {
  int batch, channels, size, splits;
  unsigned int per_split;
  float epsilon, momentum;
  int batch_statistics, update_statistics, relu, accumulate, cumulative;
  const float *input, *scale, *shift, *shortcut;
  float *running_mean, *running_variance;
  long long* batch_count;
  float* output;
  float *mean, *inverse;
  const float *output_gradient, *added_gradient;
  float *input_gradient, *scale_gradient, *shift_gradient, *shortcut_gradient;
  double* partials;
  unsigned int* counters;
};

#define MOST_PARTIALS 2048

__device__ __forceinline__ float inverse_of(float variance, float epsilon) { return 1.0f / __fsqrt_rn(variance + epsilon); }

__device__ __forceinline__ bool is_finite(float x) { return fabsf(x) < __int_as_float(0x7f800000); }

// One channel's affine map and where the channel begins.
struct Channel {
  float mean, inverse, factor, shift;
  long long base;

  __device__ __forceinline__ Channel(const BatchNormArguments& a, int channel, float channel_mean, float channel_inverse) {
    mean = channel_mean;
    inverse = channel_inverse;
    factor = a.scale ? inverse * a.scale[channel] : inverse;
    shift = a.shift ? a.shift[channel] : 0.0f;
    base = (long long)channel * a.size;
  }
};

__device__ __forceinline__ Walk walk_of(const BatchNormArguments& a, unsigned int first, unsigned int step) {
  return Walk(first, step, a.size, (long long)a.channels * a.size);
}

// Writes a channel's statistics and moves the running ones; by one thread. `distance` is the sum of squared distances.
__device__ __forceinline__ void settle(const BatchNormArguments& a, int channel, double mean, double distance, float variance, double n) {
  a.mean[channel] = (float)mean;
  a.inverse[channel] = inverse_of(variance, a.epsilon);
  if (!a.update_statistics) return;
  if (channel == 0 && a.batch_count && !a.cumulative) a.batch_count[0]++;

  // One batch with a NaN or an infinity would make the running statistics useless for good.
  if (!a.running_mean || !is_finite((float)mean) || !is_finite(variance)) return;
  float momentum = a.cumulative ? 1.0f / (float)a.batch_count[0] : a.momentum;
  double keep = 1 - (double)momentum;
  double unbiased = n > 1 ? distance / (n - 1) : distance;
  a.running_mean[channel] = (float)(keep * a.running_mean[channel] + momentum * mean);
  a.running_variance[channel] = (float)(keep * a.running_variance[channel] + momentum * unbiased);
}

extern "C" __global__ void batch_norm_count(long long* batch_count) { batch_count[0]++; }

template <int V>
__device__ __forceinline__ void put(const BatchNormArguments& a, const Channel& c, long long at, const float* x, bool aligned) {
  float y[V], added[V];
  if (a.shortcut) load<V>(a.shortcut + at, added, aligned);
#pragma unroll
  for (int j = 0; j < V; j++) {
    y[j] = fmaf(x[j] - c.mean, c.factor, c.shift);
    if (a.shortcut) y[j] += added[j];
    if (a.relu && y[j] <= 0.0f) y[j] = 0.0f;
  }
  store<V>(a.output + at, y, aligned);
}

template <int V>
__device__ __forceinline__ void put_rest(
    const BatchNormArguments& a, const Channel& c, Walk walk, unsigned int i, unsigned int step, unsigned int end, bool aligned) {
  for (; i < end; i += step) {
    float x[V];
    load<V>(a.input + c.base + walk.at, x, aligned);
    put<V>(a, c, c.base + walk.at, x, aligned);
    walk.next();
  }
}

__device__ __forceinline__ bool forward_aligned(const BatchNormArguments& a) {
  return is_aligned16(a.input) && is_aligned16(a.shortcut) && is_aligned16(a.output);
}

// A channel from its statistics to its outputs by one team; an idle team only takes part in the sums.
template <int V, typename Team>
__device__ __forceinline__ void forward(const BatchNormArguments& a, const Team& team, int channel, bool idle) {
  unsigned int end = idle ? 0 : (unsigned int)a.batch * a.size, step = team.size() * V, i = team.rank() * V;
  bool aligned = forward_aligned(a);
  Walk walk = walk_of(a, i, step);
  if (!a.batch_statistics) {
    Channel c(a, channel, a.running_mean[channel], inverse_of(a.running_variance[channel], a.epsilon));
    if (team.rank() == 0 && !idle) a.mean[channel] = c.mean, a.inverse[channel] = c.inverse;
    put_rest<V>(a, c, walk, i, step, end, aligned);
    return;
  }

  float held[HELD], n = (float)end;
  Sums s = sum_up<V>(team, a.input + (long long)channel * a.size, aligned, walk, 0, end, held);
  float mean = s.mean(n), distance = s.distance(n), variance = distance / n;
  if (team.rank() == 0 && !idle) settle(a, channel, mean, distance, variance, n);
  Channel c(a, channel, mean, inverse_of(variance, a.epsilon));
#pragma unroll
  for (int k = 0; k < HELD; k += V) {
    if (i < end) put<V>(a, c, c.base + walk.at, held + k, aligned);
    i += step;
    walk.next();
  }
  put_rest<V>(a, c, walk, i, step, end, aligned);
}

extern "C" __global__ void __launch_bounds__(1024) batch_norm_forward_channels(const BatchNormArguments a) {
  __shared__ float scratch[WARP];
  BlockTeam team{scratch};
  if (a.size % 4 == 0) forward<4>(a, team, blockIdx.x, false);
  else forward<1>(a, team, blockIdx.x, false);
}

extern "C" __global__ void __launch_bounds__(1024) batch_norm_forward_columns(const BatchNormArguments a) {
  __shared__ float scratch[1024];
  ColumnTeam team{scratch};
  int channel = blockIdx.x * WARP + lane_id();
  forward<1>(a, team, min(channel, a.channels - 1), channel >= a.channels);
}

// Elements of the block's share of a channel.
struct Share {
  int channel, split;
  unsigned int begin, end;

  __device__ __forceinline__ Share(const BatchNormArguments& a) {
    channel = blockIdx.x / a.splits;
    split = blockIdx.x - channel * a.splits;
    begin = split * a.per_split;
    end = min(begin + a.per_split, (unsigned int)a.batch * a.size);
  }
};

template <int V>
__device__ __forceinline__ void forward_sums(const BatchNormArguments& a) {
  __shared__ float scratch[WARP];
  BlockTeam team{scratch};
  Share share(a);
  Walk walk = walk_of(a, share.begin + team.rank() * V, team.size() * V);
  float held[HELD];
  Sums s = sum_up<V>(team, a.input + (long long)share.channel * a.size, is_aligned16(a.input), walk, share.begin, share.end, held);

  double n = share.end - share.begin;
  double mean = s.center + s.sum / n;
  double distance = s.squares - (double)s.sum * s.sum / n;
  if (distance < 0) distance = 0;
  if (a.splits > 1) {
    double* partials = a.partials + (long long)share.channel * a.splits * 2;
    if (threadIdx.x == 0) {
      partials[share.split * 2] = mean;
      partials[share.split * 2 + 1] = distance;
    }
    if (!is_last_block(a.counters + share.channel, a.splits) || threadIdx.x >= WARP) return;
    double total = (double)a.batch * a.size, sum = 0;
    for (int k = lane_id(); k < a.splits; k += WARP) sum += min(a.per_split, (unsigned int)total - k * a.per_split) * partials[k * 2];
    mean = warp_reduce<SumOf>(sum) / total;
    sum = 0;
    for (int k = lane_id(); k < a.splits; k += WARP) {
      double d = partials[k * 2] - mean;
      sum += partials[k * 2 + 1] + min(a.per_split, (unsigned int)total - k * a.per_split) * d * d;
    }
    distance = warp_reduce<SumOf>(sum);
    n = total;
  }
  if (threadIdx.x == 0) settle(a, share.channel, mean, distance, (float)(distance / n), n);
}

extern "C" __global__ void __launch_bounds__(256) batch_norm_forward_sums(const BatchNormArguments a) {
  if (a.size % 4 == 0) forward_sums<4>(a);
  else forward_sums<1>(a);
}

template <int V>
__device__ __forceinline__ void forward_apply(const BatchNormArguments& a) {
  Share share(a);
  float mean, inverse;
  if (a.batch_statistics) {
    mean = a.mean[share.channel];
    inverse = a.inverse[share.channel];
  } else {
    mean = a.running_mean[share.channel];
    inverse = inverse_of(a.running_variance[share.channel], a.epsilon);
    if (share.split == 0 && threadIdx.x == 0) a.mean[share.channel] = mean, a.inverse[share.channel] = inverse;
  }
  unsigned int step = blockDim.x * V, i = share.begin + threadIdx.x * V;
  put_rest<V>(a, Channel(a, share.channel, mean, inverse), walk_of(a, i, step), i, step, share.end, forward_aligned(a));
}

extern "C" __global__ void __launch_bounds__(256) batch_norm_forward_apply(const BatchNormArguments a) {
  if (a.size % 4 == 0) forward_apply<4>(a);
  else forward_apply<1>(a);
}

__device__ __forceinline__ bool backward_aligned(const BatchNormArguments& a) {
  return is_aligned16(a.input) && is_aligned16(a.output) && is_aligned16(a.output_gradient) && is_aligned16(a.added_gradient) &&
         is_aligned16(a.input_gradient) && is_aligned16(a.shortcut_gradient);
}

// Distances from the mean, and the gradient behind the ReLU.
template <int V>
__device__ __forceinline__ void behind_relu(
    const BatchNormArguments& a, const Channel& c, long long at, float* distance, float* g, bool aligned) {
  load<V>(a.input + at, distance, aligned);
  load<V>(a.output_gradient + at, g, aligned);
  float y[V];
  if (a.relu && a.output) load<V>(a.output + at, y, aligned);
#pragma unroll
  for (int j = 0; j < V; j++) {
    distance[j] -= c.mean;
    if (a.relu && (a.output ? y[j] : fmaf(distance[j], c.factor, c.shift)) <= 0.0f) g[j] = 0.0f;
  }
}

// Sums of g and of g (x - mean); leaves g where the shortcut's gradient goes.
template <int V, typename Team>
__device__ __forceinline__ float2 sum_gradients(
    const BatchNormArguments& a, const Team& team, const Channel& c, Walk walk, unsigned int i, unsigned int end, bool aligned) {
  float sum = 0, products = 0;
  for (; i < end; i += team.size() * V) {
    float d[V], g[V], s = 0, t = 0;
    behind_relu<V>(a, c, c.base + walk.at, d, g, aligned);
    if (a.shortcut_gradient) store<V>(a.shortcut_gradient + c.base + walk.at, g, aligned);
#pragma unroll
    for (int j = 0; j < V; j++) {
      s += g[j];
      t = fmaf(g[j], d[j], t);
    }
    sum += s;
    products += t;
    walk.next();
  }
  sum = team.sum(sum);
  return make_float2(sum, team.sum(products));
}

// dx = factor g + slope (x - mean) + offset + added.
template <int V>
__device__ __forceinline__ void put_gradients(
    const BatchNormArguments& a, const Channel& c, Walk walk, unsigned int i, unsigned int step, unsigned int end, float slope,
    float offset, bool aligned) {
  for (; i < end; i += step) {
    float d[V], g[V], added[V];
    long long at = c.base + walk.at;
    if (a.added_gradient) load<V>(a.added_gradient + at, added, aligned);
    if (a.shortcut_gradient) {
      load<V>(a.input + at, d, aligned);
      load<V>(a.shortcut_gradient + at, g, aligned);
#pragma unroll
      for (int j = 0; j < V; j++) d[j] -= c.mean;
    } else {
      behind_relu<V>(a, c, at, d, g, aligned);
    }
#pragma unroll
    for (int j = 0; j < V; j++) {
      g[j] = fmaf(g[j], c.factor, fmaf(d[j], slope, offset));
      if (a.added_gradient) g[j] += added[j];
    }
    store<V>(a.input_gradient + at, g, aligned);
    walk.next();
  }
}

__device__ __forceinline__ void finish(const BatchNormArguments& a, float* target, int channel, float sum) {
  if (target) target[channel] = a.accumulate ? target[channel] + sum : sum;
}

__device__ __forceinline__ float2 line_of(const BatchNormArguments& a, const Channel& c, float sum, float products) {
  if (!a.batch_statistics) return make_float2(0, 0);
  float n = (float)((unsigned int)a.batch * a.size);
  return make_float2(-c.factor * products * c.inverse * c.inverse / n, -c.factor * sum / n);
}

template <int V, typename Team>
__device__ __forceinline__ void backward(const BatchNormArguments& a, const Team& team, int channel, bool idle) {
  unsigned int end = idle ? 0 : (unsigned int)a.batch * a.size, step = team.size() * V, i = team.rank() * V;
  bool aligned = backward_aligned(a);
  Channel c(a, channel, a.mean[channel], a.inverse[channel]);
  Walk walk = walk_of(a, i, step);
  float2 sums = sum_gradients<V>(a, team, c, walk, i, end, aligned);
  if (team.rank() == 0 && !idle) {
    finish(a, a.shift_gradient, channel, sums.x);
    finish(a, a.scale_gradient, channel, sums.y * c.inverse);
  }
  float2 line = line_of(a, c, sums.x, sums.y);
  if (a.input_gradient) put_gradients<V>(a, c, walk, i, step, end, line.x, line.y, aligned);
}

extern "C" __global__ void __launch_bounds__(1024) batch_norm_backward_channels(const BatchNormArguments a) {
  __shared__ float scratch[WARP];
  BlockTeam team{scratch};
  if (a.size % 4 == 0) backward<4>(a, team, blockIdx.x, false);
  else backward<1>(a, team, blockIdx.x, false);
}

extern "C" __global__ void __launch_bounds__(1024) batch_norm_backward_columns(const BatchNormArguments a) {
  __shared__ float scratch[1024];
  ColumnTeam team{scratch};
  int channel = blockIdx.x * WARP + lane_id();
  backward<1>(a, team, min(channel, a.channels - 1), channel >= a.channels);
}

__device__ __forceinline__ float2* lines(const BatchNormArguments& a) { return (float2*)(a.partials + 2 * MOST_PARTIALS); }

template <int V>
__device__ __forceinline__ void backward_sums(const BatchNormArguments& a) {
  __shared__ float scratch[WARP];
  BlockTeam team{scratch};
  Share share(a);
  Channel c(a, share.channel, a.mean[share.channel], a.inverse[share.channel]);
  unsigned int i = share.begin + team.rank() * V;
  float2 sums = sum_gradients<V>(a, team, c, walk_of(a, i, team.size() * V), i, share.end, backward_aligned(a));
  double* partials = a.partials + (long long)share.channel * a.splits * 2;
  if (threadIdx.x == 0) {
    partials[share.split * 2] = sums.x;
    partials[share.split * 2 + 1] = sums.y;
  }
  if (!is_last_block(a.counters + share.channel, a.splits) || threadIdx.x >= WARP) return;
  double sum = 0, products = 0;
  for (int k = lane_id(); k < a.splits; k += WARP) {
    sum += partials[k * 2];
    products += partials[k * 2 + 1];
  }
  sum = warp_reduce<SumOf>(sum);
  products = warp_reduce<SumOf>(products);
  if (threadIdx.x != 0) return;
  finish(a, a.shift_gradient, share.channel, (float)sum);
  finish(a, a.scale_gradient, share.channel, (float)(products * c.inverse));
  lines(a)[share.channel] = line_of(a, c, (float)sum, (float)products);
}

extern "C" __global__ void __launch_bounds__(256) batch_norm_backward_sums(const BatchNormArguments a) {
  if (a.size % 4 == 0) backward_sums<4>(a);
  else backward_sums<1>(a);
}

template <int V>
__device__ __forceinline__ void backward_apply(const BatchNormArguments& a) {
  Share share(a);
  Channel c(a, share.channel, a.mean[share.channel], a.inverse[share.channel]);
  float2 line = lines(a)[share.channel];
  unsigned int step = blockDim.x * V, i = share.begin + threadIdx.x * V;
  put_gradients<V>(a, c, walk_of(a, i, step), i, step, share.end, line.x, line.y, backward_aligned(a));
}

extern "C" __global__ void __launch_bounds__(256) batch_norm_backward_apply(const BatchNormArguments a) {
  if (a.size % 4 == 0) backward_apply<4>(a);
  else backward_apply<1>(a);
}
