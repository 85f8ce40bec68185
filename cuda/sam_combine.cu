// What becomes of two gradients, over the flat arenas.
//   combine:  y = a x1 + b x2 with a and b of each tensor, rounded as fma(a, x1, b x2); factors of 0 leave their array out.
//   evaluate: those factors from the sums of products, one ScalarProgram for all tensors or for each: clipping by the norm; GSAM (Zhuang et
//             al., ICLR 2022, arXiv:2203.08065, algorithm 1); WSAM (Yue et al., KDD 2023, arXiv:2305.15817, algorithm 1); LookSAM (Liu et al., CVPR 2022,
//             arXiv:2203.02714, algorithm 1); trust ratios of LARS and LAMB.
//   clamp:    x to [-limit, limit]; NaN stays NaN.
// Shapes: first, second, output and values are arenas; coefficients COEFFICIENTS floats for each tensor, sums three doubles for each. `second`
// and `state` may be null. Aliasing: combine's output may be either input; nothing else overlaps.
// combine leaves its output alone where the gate is closed. Elementwise: any order gives the same bits.
// Launch: (pieces, CHUNKS) blocks of 256 threads, see common.cuh; evaluate: a thread for each tensor. Bytes of an element: combine 12, clamp 8.
#include "common.cuh"

struct ScalarProgram {
  int kind;
  float alpha;
  float beta;
  float gamma;
  float limit;
};

struct CombineBody {
  const float* first;
  const float* second;
  float a, b;
  float* output;
  __device__ float mix(float x1, float x2) const {
    if (second == nullptr || b == 0) return a == 0 ? 0.0f : a * x1;
    float scaled = b * x2;
    return a == 0 ? scaled : fmaf(a, x1, scaled);
  }
  __device__ void words(int i) {
    float4 x = a == 0 ? make_float4(0, 0, 0, 0) : load4(first, i);
    float4 y = second && b != 0 ? load4(second, i) : make_float4(0, 0, 0, 0);
    store4(output, i, make_float4(mix(x.x, y.x), mix(x.y, y.y), mix(x.z, y.z), mix(x.w, y.w)));
  }
  __device__ void one(int i) { output[i] = mix(a == 0 ? 0.0f : first[i], second && b != 0 ? second[i] : 0.0f); }
};

extern "C" __global__ void combine(
    const ArenaPiece* pieces, const float* first, const float* second, const float* coefficients, float* output, const StepState* state) {
  if (is_closed(state)) return;
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  Coefficients k = load_uniform((const Coefficients*)(coefficients + COEFFICIENTS * piece.tensor));
  CombineBody body{first, second, k.values[0], k.values[1], output};
  for_chunk(piece, body);
}

struct ClampBody {
  float* values;
  float limit;
  // What is not finite stays, for the step to be skipped.
  __device__ float clamp(float x) const { return fabsf(x) > limit && fabsf(x) <= 3.402823466e38f ? copysignf(limit, x) : x; }
  __device__ void words(int i) {
    float4 x = load4(values, i);
    store4(values, i, make_float4(clamp(x.x), clamp(x.y), clamp(x.z), clamp(x.w)));
  }
  __device__ void one(int i) { values[i] = clamp(values[i]); }
};

extern "C" __global__ void clamp(const ArenaPiece* pieces, float limit, float* values) {
  ClampBody body{values, limit};
  for_chunk(load_uniform(pieces + blockIdx.x), body);
}

#define PLAIN 0
#define GAP_PERTURBED 1
#define GAP_CLEAN 2
#define WEIGHTED_COUPLED 3
#define WEIGHTED_DECOUPLED 4
#define WEIGHTED_TAIL 5
#define ORTHOGONAL_PART 6
#define REUSED_PART 7
#define LAYER_RATIO 8
#define TRUST_RATIO 9

extern "C" __global__ void evaluate(
    const ScalarProgram* programs, int program_count, int tensors, const double* sums, float* coefficients) {
  for (int t = blockIdx.x * blockDim.x + threadIdx.x; t < tensors; t += gridDim.x * blockDim.x) {
    ScalarProgram program = programs[program_count == 1 ? 0 : t];
    double aa = sums[3 * t], ab = sums[3 * t + 1], bb = sums[3 * t + 2], alpha = program.alpha;
    double a = 1, b = 0, c = 0, e = 0, f = 0, clip = 1;
    if (program.limit > 0) clip = fmin(1.0, program.limit / (sqrt(program.kind == PLAIN ? aa : bb) + 1e-6));
    switch (program.kind) {
      case PLAIN:
        a = isfinite(aa) ? clip : 1;
        break;
      case GAP_PERTURBED:
        a = clip + (bb > 0 ? alpha * ab / bb : 0);
        b = -alpha;
        break;
      case GAP_CLEAN:
        a = clip * alpha;
        b = 1 - (aa > 0 ? clip * alpha * ab / aa : 0);
        break;
      case WEIGHTED_COUPLED:
        a = clip * alpha;
        b = 1 - alpha;
        break;
      case WEIGHTED_DECOUPLED:
        a = 0;
        b = 1;
        e = -clip * alpha;
        f = alpha;
        break;
      case WEIGHTED_TAIL:
        a = clip * alpha;
        b = -alpha;
        break;
      case ORTHOGONAL_PART:
        b = aa > 0 ? -ab / aa : 0;
        break;
      case REUSED_PART:
        b = bb > 0 ? alpha * sqrt(aa) / (sqrt(bb) + program.beta) : 0;
        break;
      case LAYER_RATIO: {
        double decayed = sqrt(aa) + program.beta * sqrt(bb) + program.gamma;
        double ratio = aa > 0 && bb > 0 ? alpha * sqrt(bb) / decayed : 1;
        a = ratio;
        c = ratio * program.beta;
        break;
      }
      case TRUST_RATIO: {
        double norm = alpha > 0 ? fmin(alpha, sqrt(bb)) : sqrt(bb);
        a = aa > 0 && bb > 0 ? norm / sqrt(aa) : 1;
        break;
      }
    }
    float* k = coefficients + COEFFICIENTS * t;
    k[0] = (float)a;
    k[1] = (float)b;
    k[2] = (float)c;
    k[3] = (float)e;
    k[4] = (float)f;
  }
}
