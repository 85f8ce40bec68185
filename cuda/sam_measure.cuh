// What measures a direction, for the kernels that read it (sam_norm.cu) and those that make it in the same pass (sam_direction.cu).
// Of t = T g, T = |w| + eta in adaptive groups else 1: p = 2 or no ball sum t^2, p = infinity sum |t|, p = 1 the number of coordinates tied
// for max |t|; max |t| for p = 1 and general p; sum g^2 over all pieces.
#pragma once
#include "sam.cuh"

template <class Body>
__device__ __forceinline__ void add_words(Body& body, float4 x, float4 y) {
  body.add(x.x, y.x);
  body.add(x.y, y.y);
  body.add(x.z, y.z);
  body.add(x.w, y.w);
}

struct MeasureBody {
  const float* w;
  int norm;
  bool perturbed, adaptive, finds;
  float eta;
  float maximum;
  double sum, squares, ties;
  __device__ void add(float gradient, float weight) {
    squares = fma((double)gradient, (double)gradient, squares);
    if (!perturbed) return;
    float t = fabsf(gradient);
    if (adaptive) t *= fabsf(weight) + eta;
    if (norm == NORM_INFINITY) sum += (double)t;
    else sum = fma((double)t, (double)t, sum);
    if (!finds) return;
    if (t == maximum) {
      ties += 1;
    } else if (!(t <= maximum) && maximum == maximum) {
      maximum = t;
      ties = 1;
    }
  }
  // The four elements of the direction at arena index i, and one.
  __device__ void words(int i, float4 x) { add_words(*this, x, adaptive ? load4(w, i) : make_float4(0, 0, 0, 0)); }
  __device__ void one(int i, float x) { add(x, adaptive ? w[i] : 0.0f); }
};

__device__ __forceinline__ MeasureBody measure_body(const ArenaPiece& piece, const PerturbGroup& group, int norm, const float* weights) {
  bool perturbed = piece.is_perturbed != 0;
  return MeasureBody{weights, norm, perturbed, perturbed && group.scaling != 0, norm == NORM_ONE || norm == NORM_GENERAL, group.eta, 0, 0, 0, 0};
}

// The sums of all chunks: result takes sum, maximum and squares, where one that is not finite closes the gate of `state` (may be null). Four
// doubles of `partials` are a chunk's. True in the block that is done last.
__device__ __forceinline__ bool finish_measure(
    const MeasureBody& body, int norm, int count, double* partials, double* result, StepState* state, unsigned int* counter) {
  __shared__ double scratch[WARP];
  bool finds = body.finds;
  double* part = partials + 4 * (CHUNKS * blockIdx.x + blockIdx.y);
  double sum = block_reduce<SumOf>(body.sum, scratch), squares = block_reduce<SumOf>(body.squares, scratch);
  double maximum = 0, ties = 0;
  if (finds) {
    maximum = block_reduce<MaximumOf>((double)body.maximum, scratch);
    ties = block_reduce<SumOf>((double)body.maximum == maximum ? body.ties : 0.0, scratch);
  }
  if (threadIdx.x == 0) {
    part[0] = sum;
    part[1] = maximum;
    part[2] = squares;
    part[3] = ties;
  }
  if (!is_last_block(counter, gridDim.x * gridDim.y)) return false;
  sum = squares = maximum = 0;
  for (int i = threadIdx.x; i < count * CHUNKS; i += blockDim.x) {
    sum += partials[4 * i];
    maximum = MaximumOf::apply(partials[4 * i + 1], maximum);
    squares += partials[4 * i + 2];
  }
  sum = block_reduce<SumOf>(sum, scratch);
  squares = block_reduce<SumOf>(squares, scratch);
  if (finds) {
    maximum = block_reduce<MaximumOf>(maximum, scratch);
    ties = 0;
    for (int i = threadIdx.x; i < count * CHUNKS; i += blockDim.x) ties += partials[4 * i + 1] == maximum ? partials[4 * i + 3] : 0;
    ties = block_reduce<SumOf>(ties, scratch);
    sum = norm == NORM_ONE && maximum > 0 ? ties : 0;
  }
  if (threadIdx.x == 0) {
    result[0] = sum;
    result[1] = maximum;
    result[2] = squares;
    if (state && !(isfinite(sum) && isfinite(maximum) && isfinite(squares))) state->gate = 1;
  }
  return true;
}
