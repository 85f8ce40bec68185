// What the normalisations share: teams of threads that reduce together, the way through a set of planes, and sums around a center.
//
// A variance as E[x^2] - E[x]^2 would lose all its digits where the mean is large. Here a team takes the mean of its first elements, which
// it holds in registers, as the center and sums distances and their squares around it: what cancels then is small. Elements go to threads
// by their number alone, so one size gives one order, whatever the address.
#pragma once
#include "common.cuh"

// Elements that a thread holds in registers.
#define HELD 8

struct WarpTeam {
  __device__ unsigned int rank() const { return lane_id(); }
  __device__ unsigned int size() const { return WARP; }
  __device__ float sum(float value) const { return warp_reduce<SumOf>(value); }
};

struct BlockTeam {
  float* scratch;  // WARP floats of shared memory
  __device__ unsigned int rank() const { return threadIdx.x; }
  __device__ unsigned int size() const { return blockDim.x; }
  __device__ float sum(float value) const { return block_reduce<SumOf>(value, scratch); }
};

// The same lane of every warp of a block: each lane is a team of its own, with a column of its own.
struct ColumnTeam {
  float* scratch;  // blockDim.x floats of shared memory
  __device__ unsigned int rank() const { return warp_id(); }
  __device__ unsigned int size() const { return blockDim.x / WARP; }
  __device__ float sum(float value) const {
    scratch[threadIdx.x] = value;
    __syncthreads();
    float total = scratch[lane_id()];
    for (unsigned int i = 1; i < size(); i++) total += scratch[i * WARP + lane_id()];
    __syncthreads();
    return total;
  }
};

// V elements at once: one, or four that lie together.
template <int V>
__device__ __forceinline__ void load(const float* p, float* v, bool aligned) {
  if (V == 4 && aligned) {
    float4 word = *(const float4*)p;
    v[0] = word.x, v[1] = word.y, v[2] = word.z, v[3] = word.w;
  } else {
#pragma unroll
    for (int j = 0; j < V; j++) v[j] = p[j];
  }
}

template <int V>
__device__ __forceinline__ void store(float* p, const float* v, bool aligned) {
  if (V == 4 && aligned) {
    *(float4*)p = make_float4(v[0], v[1], v[2], v[3]);
  } else {
#pragma unroll
    for (int j = 0; j < V; j++) p[j] = v[j];
  }
}

// A thread's way through planes of `size` elements that lie `stride` apart: element i of the set is element i mod size of plane i / size.
// Three divisions at the start, none on the way.
struct Walk {
  unsigned int plane, inside, size, plane_step, inside_step;
  long long at, step, wrap;

  __device__ __forceinline__ Walk(unsigned int first, unsigned int stride_of_team, unsigned int plane_size, long long stride) {
    size = plane_size;
    plane = first / size;
    inside = first - plane * size;
    plane_step = stride_of_team / size;
    inside_step = stride_of_team - plane_step * size;
    at = plane * stride + inside;
    step = plane_step * stride + inside_step;
    wrap = stride - size;
  }

  __device__ __forceinline__ void next() {
    plane += plane_step;
    inside += inside_step;
    at += step;
    if (inside >= size) {
      inside -= size;
      plane++;
      at += wrap;
    }
  }
};

// Sums of a team's elements around a center: of n elements, the mean is center + sum / n and the squared distances from it come to
// squares - sum^2 / n.
struct Sums {
  float center, sum, squares;
  __device__ float mean(float n) const { return center + sum / n; }
  __device__ float distance(float n) const {
    float d = squares - sum * sum / n;
    return d < 0.0f ? 0.0f : d;  // NaN passes
  }
};

// Elements `begin` to `end` of a set; `walk` stands at the thread's first. The thread's first HELD elements stay in `held`.
template <int V, typename Team>
__device__ __forceinline__ Sums sum_up(
    const Team& team, const float* x, bool aligned, Walk walk, unsigned int begin, unsigned int end, float (&held)[HELD]) {
  unsigned int step = team.size() * V, first = begin + team.rank() * V, i = first;
  float sum = 0;
#pragma unroll
  for (int k = 0; k < HELD; k += V) {
    if (i < end) {
      load<V>(x + walk.at, held + k, aligned);
#pragma unroll
      for (int j = 0; j < V; j++) sum += held[k + j];
    }
    i += step;
    walk.next();
  }

  Sums s;
  s.center = team.sum(sum) / (float)min(end - begin, team.size() * HELD);
  s.sum = s.squares = 0;
  i = first;
#pragma unroll
  for (int k = 0; k < HELD; k += V) {
    if (i < end) {
#pragma unroll
      for (int j = 0; j < V; j++) {
        float d = held[k + j] - s.center;
        s.sum += d;
        s.squares = fmaf(d, d, s.squares);
      }
    }
    i += step;
  }

  for (; i < end; i += step) {
    float v[V], d = 0, q = 0;
    load<V>(x + walk.at, v, aligned);
#pragma unroll
    for (int j = 0; j < V; j++) {
      v[j] -= s.center;
      d += v[j];
      q = fmaf(v[j], v[j], q);
    }
    s.sum += d;
    s.squares += q;
    walk.next();
  }

  s.sum = team.sum(s.sum);
  s.squares = team.sum(s.squares);
  return s;
}
