// Base optimizers: restore and update in one pass over the arenas, whatever the number of tensors.
//   s = saved weights where the piece was perturbed, else the weights; d = a h + b g + c s (without coefficients d = h to the bit), plus
//   decay s where that is coupled; s shrinks where it is decoupled; then the optimizer's rule, and (learning rate) (e h + f g) on top.
// w is written from s alone, so what it was before leaves no trace. A closed gate restores s and leaves the slots alone.
// Each rule is the C# struct of the same name, field for field, and rounds as it does. `other`, `coefficients`, `output` and the slots may
// be null. `output` takes the result instead of the weights.
// Launch: (pieces, CHUNKS) blocks of 256 threads, see common.cuh. Bytes of an element: 12, and 8 for each slot.
#include "common.cuh"

struct StepScalars {
  float learning_rate;
  float decay;
  float shrink;
};

struct UpdateStreams {
  const float* gradient;
  const float* other;
  const float* coefficients;
  const float* saved;
  float* weights;
  float* output;
  float* slot0;
  float* slot1;
  float* slot2;
  const StepState* state;
};

__device__ __forceinline__ float average(float old, float value, float decay) { return fmaf(decay, old, (1.0f - decay) * value); }

struct SgdRule {
  StepScalars scalars;
  static const int slots = 0;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    return fmaf(-scalars.learning_rate, d, w);
  }
};

struct SgdMomentumRule {
  StepScalars scalars;
  float momentum;
  float entering;
  int nesterov;
  int first;
  static const int slots = 1;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = first != 0 ? d : fmaf(momentum, s0, entering * d);
    float step = nesterov != 0 ? fmaf(momentum, s0, d) : s0;
    return fmaf(-scalars.learning_rate, step, w);
  }
};

struct AdamRule {
  StepScalars scalars;
  float beta1;
  float beta2;
  float epsilon;
  float rate;
  float correction;
  static const int slots = 2;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = average(s0, d, beta1);
    s1 = average(s1, d * d, beta2);
    return w - rate * s0 / fmaf(sqrtf(s1), correction, epsilon);
  }
};

struct AmsgradRule {
  StepScalars scalars;
  float beta1;
  float beta2;
  float epsilon;
  float rate;
  float correction;
  static const int slots = 3;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = average(s0, d, beta1);
    s1 = average(s1, d * d, beta2);
    s2 = s2 < s1 ? s1 : s2;
    return w - rate * s0 / fmaf(sqrtf(s2), correction, epsilon);
  }
};

struct NAdamRule {
  StepScalars scalars;
  float beta1;
  float beta2;
  float epsilon;
  float gradient_rate;
  float moment_rate;
  float correction;
  static const int slots = 2;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = average(s0, d, beta1);
    s1 = average(s1, d * d, beta2);
    return w - fmaf(moment_rate, s0, gradient_rate * d) / fmaf(sqrtf(s1), correction, epsilon);
  }
};

struct RAdamRule {
  StepScalars scalars;
  float beta1;
  float beta2;
  float epsilon;
  float rate;
  int rectified;
  static const int slots = 2;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = average(s0, d, beta1);
    s1 = average(s1, d * d, beta2);
    float step = rate * s0;
    if (rectified != 0) step /= sqrtf(s1) + epsilon;
    return w - step;
  }
};

struct AdamaxRule {
  StepScalars scalars;
  float beta1;
  float beta2;
  float epsilon;
  float rate;
  static const int slots = 2;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = average(s0, d, beta1);
    float kept = beta2 * s1, size = fabsf(d) + epsilon;
    s1 = kept < size ? size : kept;
    return w - rate * s0 / s1;
  }
};

struct RmspropRule {
  StepScalars scalars;
  float alpha;
  float epsilon;
  static const int slots = 1;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = average(s0, d * d, alpha);
    return w - scalars.learning_rate * d / (sqrtf(s0) + epsilon);
  }
};

struct RmspropFullRule {
  StepScalars scalars;
  float alpha;
  float epsilon;
  float momentum;
  int centered;
  static const int slots = 3;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s1 = average(s1, d * d, alpha);
    float variance = s1;
    if (centered != 0) {
      s2 = average(s2, d, alpha);
      variance = fmaf(-s2, s2, s1);
    }
    float step = d / (sqrtf(variance) + epsilon);
    if (momentum != 0) {
      s0 = fmaf(momentum, s0, step);
      step = s0;
    }
    return fmaf(-scalars.learning_rate, step, w);
  }
};

struct AdagradRule {
  StepScalars scalars;
  float epsilon;
  float rate;
  float initial;
  static const int slots = 1;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = fmaf(d, d, s0 + initial);
    return w - rate * d / (sqrtf(s0) + epsilon);
  }
};

struct AdadeltaRule {
  StepScalars scalars;
  float rho;
  float epsilon;
  static const int slots = 2;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = average(s0, d * d, rho);
    float step = sqrtf(s1 + epsilon) / sqrtf(s0 + epsilon) * d;
    s1 = average(s1, step * step, rho);
    return fmaf(-scalars.learning_rate, step, w);
  }
};

struct LionRule {
  StepScalars scalars;
  float beta1;
  float beta2;
  static const int slots = 1;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    float step = average(s0, d, beta1);
    s0 = average(s0, d, beta2);
    return w - (step == 0 ? 0.0f : copysignf(scalars.learning_rate, step));
  }
};

struct LambRule {
  StepScalars scalars;
  float beta1;
  float beta2;
  float epsilon;
  float rate;
  float correction;
  float weight_decay;
  static const int slots = 2;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = average(s0, d, beta1);
    s1 = average(s1, d * d, beta2);
    return fmaf(weight_decay, w, rate * s0 / fmaf(sqrtf(s1), correction, epsilon));
  }
};

struct LarsRule {
  StepScalars scalars;
  float momentum;
  static const int slots = 1;
  __device__ float update(float w, float d, float& s0, float& s1, float& s2) const {
    s0 = fmaf(momentum, s0, scalars.learning_rate * d);
    return w - s0;
  }
};

template <typename Rule>
struct UpdateBody {
  Rule rule;
  UpdateStreams streams;
  const float* source;
  float* target;
  Coefficients k;
  bool mixes;

  __device__ float apply(float s, float h, float g, float& s0, float& s1, float& s2) const {
    float d = h;
    if (mixes) {
      d = k.values[0] == 0 ? 0.0f : k.values[0] * h;
      if (streams.other && k.values[1] != 0) d = k.values[0] == 0 ? k.values[1] * g : fmaf(k.values[1], g, d);
      if (k.values[2] != 0) d = fmaf(k.values[2], s, d);
    }
    if (rule.scalars.decay != 0) d = fmaf(rule.scalars.decay, s, d);
    float start = rule.scalars.shrink != 1 ? s * rule.scalars.shrink : s;
    float w = rule.update(start, d, s0, s1, s2);
    if (mixes && (k.values[3] != 0 || k.values[4] != 0)) w = fmaf(rule.scalars.learning_rate, fmaf(k.values[3], h, k.values[4] * g), w);
    return w;
  }
  __device__ void words(int i) {
    float4 zero = make_float4(0, 0, 0, 0);
    float4 s = load4(source, i), h = load4(streams.gradient, i), g = streams.other ? load4(streams.other, i) : h;
    float4 s0 = Rule::slots > 0 && streams.slot0 ? load4(streams.slot0, i) : zero;
    float4 s1 = Rule::slots > 1 && streams.slot1 ? load4(streams.slot1, i) : zero;
    float4 s2 = Rule::slots > 2 && streams.slot2 ? load4(streams.slot2, i) : zero;
    float4 w;
    w.x = apply(s.x, h.x, g.x, s0.x, s1.x, s2.x);
    w.y = apply(s.y, h.y, g.y, s0.y, s1.y, s2.y);
    w.z = apply(s.z, h.z, g.z, s0.z, s1.z, s2.z);
    w.w = apply(s.w, h.w, g.w, s0.w, s1.w, s2.w);
    if (Rule::slots > 0 && streams.slot0) store4(streams.slot0, i, s0);
    if (Rule::slots > 1 && streams.slot1) store4(streams.slot1, i, s1);
    if (Rule::slots > 2 && streams.slot2) store4(streams.slot2, i, s2);
    store4(target, i, w);
  }
  __device__ void one(int i) {
    float s0 = Rule::slots > 0 && streams.slot0 ? streams.slot0[i] : 0.0f;
    float s1 = Rule::slots > 1 && streams.slot1 ? streams.slot1[i] : 0.0f;
    float s2 = Rule::slots > 2 && streams.slot2 ? streams.slot2[i] : 0.0f;
    float h = streams.gradient[i];
    float w = apply(source[i], h, streams.other ? streams.other[i] : h, s0, s1, s2);
    if (Rule::slots > 0 && streams.slot0) streams.slot0[i] = s0;
    if (Rule::slots > 1 && streams.slot1) streams.slot1[i] = s1;
    if (Rule::slots > 2 && streams.slot2) streams.slot2[i] = s2;
    target[i] = w;
  }
};

struct RestoreBody {
  const float* from;
  float* to;
  __device__ void words(int i) { store4(to, i, load4(from, i)); }
  __device__ void one(int i) { to[i] = from[i]; }
};

template <typename Rule>
__device__ __forceinline__ void update(const ArenaPiece* pieces, const UpdateStreams& streams, const Rule* rules) {
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  const float* source = piece.is_perturbed ? streams.saved : streams.weights;
  if (is_closed(streams.state)) {
    RestoreBody restore{source, streams.weights};
    if (streams.output == nullptr && source != streams.weights) for_chunk(piece, restore);
    return;
  }
  UpdateBody<Rule> body{load_uniform(rules + piece.group), streams, source, streams.output ? streams.output : streams.weights};
  body.mixes = streams.coefficients != nullptr;
  Coefficients none = {};
  body.k = body.mixes ? load_uniform((const Coefficients*)(streams.coefficients + COEFFICIENTS * piece.tensor)) : none;
  for_chunk(piece, body);
}

extern "C" __global__ void sgd(const ArenaPiece* pieces, const UpdateStreams streams, const SgdRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void sgd_momentum(const ArenaPiece* pieces, const UpdateStreams streams, const SgdMomentumRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void adam(const ArenaPiece* pieces, const UpdateStreams streams, const AdamRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void amsgrad(const ArenaPiece* pieces, const UpdateStreams streams, const AmsgradRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void nadam(const ArenaPiece* pieces, const UpdateStreams streams, const NAdamRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void radam(const ArenaPiece* pieces, const UpdateStreams streams, const RAdamRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void adamax(const ArenaPiece* pieces, const UpdateStreams streams, const AdamaxRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void rmsprop(const ArenaPiece* pieces, const UpdateStreams streams, const RmspropRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void rmsprop_full(const ArenaPiece* pieces, const UpdateStreams streams, const RmspropFullRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void adagrad(const ArenaPiece* pieces, const UpdateStreams streams, const AdagradRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void adadelta(const ArenaPiece* pieces, const UpdateStreams streams, const AdadeltaRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void lion(const ArenaPiece* pieces, const UpdateStreams streams, const LionRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void lamb(const ArenaPiece* pieces, const UpdateStreams streams, const LambRule* rules) { update(pieces, streams, rules); }
extern "C" __global__ void lars(const ArenaPiece* pieces, const UpdateStreams streams, const LarsRule* rules) { update(pieces, streams, rules); }
