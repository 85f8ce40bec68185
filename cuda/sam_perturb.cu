// The move to the worst point of a ball, and the way back (Foret et al., ICLR 2021, arXiv:2010.01412, eq. 2; adaptive: Kwon et
// al., ICML 2021, arXiv:2102.11600; layer-wise: Mueller et al., NeurIPS 2023, arXiv:2306.04226).
//   perturb: w = s + rho T dual(T g), saving s where `saved` is given and g where `kept` is. dual(t) is t / |t|_2 for p = 2, sign(t) for p =
//            infinity, sign(t) / ties on the largest coordinates for p = 1, sign(t) u^(q-1) / (sum u^q)^(1/p), u = |t| / max, for general p,
//            and t without a ball. A measured sum of zero or one that is not finite gives w = s.
//   restore: w = s in the pieces that were perturbed.
// Shapes: direction, source, weights, saved and kept are arenas; `measured` is measure's result, `factors` one for each tensor or null.
// Aliasing: weights may be source; nothing else overlaps. Elementwise: any order gives the same bits.
// The norm is read from device memory: no host in between.
// Launch: (pieces, CHUNKS) blocks of 256 threads, see common.cuh: memory bound, 128-bit accesses of neighbouring threads are whole sectors.
// Bytes of an element: perturb 16 with saved, 20 with kept besides; restore 8.
#include "sam.cuh"

struct PerturbBody {
  const float* direction;
  const float* source;
  float* weights;
  float* saved;
  float* kept;
  int norm, halves;
  bool adaptive, scales_before, still;
  float eta, scale, first, maximum, exponent;
  __device__ float sign(float t) const { return t == 0 ? 0.0f : copysignf(1.0f, t); }
  __device__ float dual(float t) const {
    if (norm == NORM_INFINITY) return sign(t);
    if (norm == NORM_ONE) return fabsf(t) == maximum ? sign(t) : 0.0f;
    if (norm == NORM_GENERAL) return copysignf(power(fabsf(t) / maximum, halves, exponent), t);
    return t;
  }
  __device__ float move(float s, float g) const {
    if (still) return s;
    float size = adaptive ? fabsf(s) + eta : 1.0f;
    float d = adaptive ? size * dual(scales_before ? size * g : g) : dual(g);
    if (first != 1) d *= first;
    return fmaf(scale, d, s);
  }
  __device__ void words(int i) {
    float4 s = load4(source, i), g = load4(direction, i);
    if (saved) store4(saved, i, s);
    if (kept) store4(kept, i, g);
    store4(weights, i, make_float4(move(s.x, g.x), move(s.y, g.y), move(s.z, g.z), move(s.w, g.w)));
  }
  __device__ void one(int i) {
    float s = source[i], g = direction[i];
    if (saved) saved[i] = s;
    if (kept) kept[i] = g;
    weights[i] = move(s, g);
  }
};

struct CopyBody {
  const float* from;
  float* to;
  __device__ void words(int i) { store4(to, i, load4(from, i)); }
  __device__ void one(int i) { to[i] = from[i]; }
};

extern "C" __global__ void perturb(
    const ArenaPiece* pieces, int norm, float p, int halves, const PerturbGroup* groups, const float* direction, const float* source,
    float* weights, float* saved, float* kept, const double* measured, const float* factors) {
  __shared__ float scale, first, largest;
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  if (!piece.is_perturbed) {
    if (kept) {
      CopyBody copy{direction, kept};
      for_chunk(piece, copy);
    }
    return;
  }
  PerturbGroup group = load_uniform(groups + piece.group);
  if (threadIdx.x == 0) {
    double sum = measured[0], maximum = measured[1], factor = 1;
    if (!(sum > 0) || !isfinite(sum) || !isfinite(maximum)) factor = 0;
    else if (norm == NORM_TWO) factor = 1 / sqrt(sum);
    else if (norm == NORM_ONE) factor = 1 / sum;
    else if (norm == NORM_GENERAL) factor = pow(sum, -1.0 / p);
    double k = group.rho * factor * (factors ? (double)factors[piece.tensor] : 1.0);
    // Gradients near the ends of single precision: a power of two first, so that the scale has all its digits.
    float power_of_two = 1;
    if (k != 0 && (fabs(k) < 1e-30 || fabs(k) > 1e30)) {
      power_of_two = (float)ldexp(1.0, max(-126, min(127, ilogb(k))));
      k /= power_of_two;
    }
    scale = (float)k;
    first = power_of_two;
    largest = (float)maximum;
  }
  __syncthreads();
  PerturbBody body{direction, source, weights, saved, kept, norm, halves, group.scaling != 0, group.scaling == 1, scale == 0, group.eta, scale, first,
                   largest, (float)(1.0 / (p - 1.0))};
  for_chunk(piece, body);
}

extern "C" __global__ void restore(const ArenaPiece* pieces, const float* saved, float* weights) {
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  if (!piece.is_perturbed) return;
  CopyBody body{saved, weights};
  for_chunk(piece, body);
}
