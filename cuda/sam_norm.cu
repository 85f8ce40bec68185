// The norms that a perturbation is made of, over the flat arenas (Foret et al., ICLR 2021, arXiv:2010.01412, eq. 2; adaptive: Kwon et al., ICML
// 2021, arXiv:2102.11600; layer-wise: Mueller et al., NeurIPS 2023, arXiv:2306.04226).
//   products:       sum a^2, sum a b, sum b^2 for each tensor (b may be null: two zeros).
//   measure:        of t = T g, T = |w| + eta in adaptive groups else 1: p = 2 or no ball sum t^2, p = infinity sum |t|, p = 1 the number of
//                   coordinates tied for max |t|; max |t| for p = 1 and general p; sum g^2 over all pieces.
//   measure_powers: sum (|t| / max)^q, 1/p + 1/q = 1, for general p, after measure.
//   layer_scales:   of the products (gg, gw, ww) of each tensor: sum gg ww over the perturbed ones, sum gg, and ww share for each.
// Shapes: a, b, direction, weights are arenas; `partials` four doubles for each chunk; `result` three doubles for each tensor (products) or
// three in all; `counter` zero before and after. Aliasing: inputs may be the same array, outputs overlap nothing.
// Nothing is asked of the host: sums are finished by the block that is done last, and one that is not finite closes the step's gate (`state`,
// may be null) in device memory. The order follows from the table of pieces alone: the elements of a thread, the threads, the chunks.
// Double, not float32: squares of floats neither overflow nor vanish in it, so that a sum is not finite exactly where a gradient is not, and
// |eps| is rho to the last bits of float32 for any number of weights. It costs one conversion and one fused multiply-add in double for each
// four bytes; blocks of float32 sums would cost the first property.
// Launch: (pieces, CHUNKS) blocks of 256 threads; 16 elements a thread keep a block's share of the reduction small, and 128-bit loads of
// neighbouring threads are whole sectors. layer_scales: one block. Bytes of an element: products 4 (8 with b), measure and measure_powers 4
// (8 where adaptive).
#include "sam_measure.cuh"

struct ProductsBody {
  const float* a;
  const float* b;
  double aa, ab, bb;
  __device__ void add(float x, float y) {
    aa = fma((double)x, (double)x, aa);
    if (b) {
      ab = fma((double)x, (double)y, ab);
      bb = fma((double)y, (double)y, bb);
    }
  }
  __device__ void words(int i) {
    float4 x = load4(a, i), y = b ? load4(b, i) : make_float4(0, 0, 0, 0);
    add_words(*this, x, y);
  }
  __device__ void one(int i) { add(a[i], b ? b[i] : 0.0f); }
};

__device__ __forceinline__ void judge(const double* sums, int count, StepState* state) {
  if (state == nullptr) return;
  for (int i = threadIdx.x; i < count; i += blockDim.x) {
    if (!isfinite(sums[i])) state->gate = 1;
  }
}

// Adds the chunks' triples up for each tensor. One warp takes a tensor, whose pieces follow each other.
__device__ void finish_products(const ArenaPiece* pieces, int count, int tensors, const double* partials, double* result) {
  for (int i = threadIdx.x; i < 3 * tensors; i += blockDim.x) result[i] = 0;
  __syncthreads();
  for (int first = warp_id(); first < count; first += blockDim.x / WARP) {
    int tensor = pieces[first].tensor;
    if (first > 0 && pieces[first - 1].tensor == tensor) continue;
    double sums[3] = {0, 0, 0};
    for (int at = first + lane_id(); at < count && pieces[at].tensor == tensor; at += WARP) {
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        const double* part = partials + 4 * (CHUNKS * at + chunk);
        for (int k = 0; k < 3; k++) sums[k] += part[k];
      }
    }
    for (int k = 0; k < 3; k++) {
      double total = warp_reduce<SumOf>(sums[k]);
      if (lane_id() == 0) result[3 * tensor + k] = total;
    }
  }
}

extern "C" __global__ void products(
    const ArenaPiece* pieces, int count, int tensors, const float* a, const float* b, double* partials, double* result, StepState* state,
    unsigned int* counter) {
  __shared__ double scratch[WARP];
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  ProductsBody body{a, b, 0, 0, 0};
  for_chunk(piece, body);
  double aa = block_reduce<SumOf>(body.aa, scratch), ab = 0, bb = 0;
  if (b) {
    ab = block_reduce<SumOf>(body.ab, scratch);
    bb = block_reduce<SumOf>(body.bb, scratch);
  }
  double* part = partials + 4 * (CHUNKS * blockIdx.x + blockIdx.y);
  if (threadIdx.x == 0) {
    part[0] = aa;
    part[1] = ab;
    part[2] = bb;
  }
  if (!is_last_block(counter, gridDim.x * gridDim.y)) return;
  if (tensors == 1) {
    double sums[3] = {0, 0, 0};
    for (int i = threadIdx.x; i < count * CHUNKS; i += blockDim.x) {
      for (int k = 0; k < 3; k++) sums[k] += partials[4 * i + k];
    }
    for (int k = 0; k < 3; k++) {
      double total = block_reduce<SumOf>(sums[k], scratch);
      if (threadIdx.x == 0) result[k] = total;
    }
  } else {
    finish_products(pieces, count, tensors, partials, result);
  }
  __syncthreads();
  judge(result, 3 * tensors, state);
}

struct DirectionBody {
  const float* direction;
  MeasureBody sums;
  __device__ void words(int i) { sums.words(i, load4(direction, i)); }
  __device__ void one(int i) { sums.one(i, direction[i]); }
};

extern "C" __global__ void measure(
    const ArenaPiece* pieces, int count, int norm, const PerturbGroup* groups, const float* direction, const float* weights,
    double* partials, double* result, StepState* state, unsigned int* counter) {
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  DirectionBody body{direction, measure_body(piece, load_uniform(groups + piece.group), norm, weights)};
  for_chunk(piece, body);
  finish_measure(body.sums, norm, count, partials, result, state, counter);
}

struct PowersBody {
  const float* g;
  const float* w;
  bool adaptive;
  float eta, maximum, exponent;
  int halves;
  double sum;
  __device__ void add(float gradient, float weight) {
    float t = fabsf(gradient);
    if (adaptive) t *= fabsf(weight) + eta;
    sum += (double)power(t / maximum, halves, exponent);
  }
  __device__ void words(int i) {
    float4 x = load4(g, i), y = adaptive ? load4(w, i) : make_float4(0, 0, 0, 0);
    add_words(*this, x, y);
  }
  __device__ void one(int i) { add(g[i], adaptive ? w[i] : 0.0f); }
};

extern "C" __global__ void measure_powers(
    const ArenaPiece* pieces, int count, float q, int halves, const PerturbGroup* groups, const float* direction, const float* weights,
    double* partials, double* result, StepState* state, unsigned int* counter) {
  __shared__ double scratch[WARP];
  double maximum = load_uniform(result + 1);
  if (!(maximum > 0) || !isfinite(maximum)) return;
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  PerturbGroup group = load_uniform(groups + piece.group);
  PowersBody body{direction, weights, group.scaling != 0, group.eta, (float)maximum, q, halves, 0};
  if (piece.is_perturbed) for_chunk(piece, body);
  double sum = block_reduce<SumOf>(body.sum, scratch);
  if (threadIdx.x == 0) partials[4 * (CHUNKS * blockIdx.x + blockIdx.y)] = sum;
  if (!is_last_block(counter, gridDim.x * gridDim.y)) return;
  sum = 0;
  for (int i = threadIdx.x; i < count * CHUNKS; i += blockDim.x) sum += partials[4 * i];
  sum = block_reduce<SumOf>(sum, scratch);
  if (threadIdx.x == 0) {
    result[0] = sum;
    if (state && !isfinite(sum)) state->gate = 1;
  }
}

// One block: the sums of layer-wise scaling and each tensor's factor.
extern "C" __global__ void layer_scales(
    int tensors, const double* products, const int* is_perturbed, const float* shares, double* result, float* factors, StepState* state) {
  __shared__ double scratch[WARP];
  double sum = 0, squares = 0;
  for (int t = threadIdx.x; t < tensors; t += blockDim.x) {
    squares += products[3 * t];
    if (is_perturbed[t]) sum += products[3 * t] * products[3 * t + 2];
    factors[t] = (float)products[3 * t + 2] * shares[t];
  }
  sum = block_reduce<SumOf>(sum, scratch);
  squares = block_reduce<SumOf>(squares, scratch);
  if (threadIdx.x == 0) {
    result[0] = sum;
    result[1] = 0;
    result[2] = squares;
    if (!(isfinite(sum) && isfinite(squares))) state->gate = 1;
  }
}
