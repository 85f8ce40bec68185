// Directions that are made of the gradient, in its place: Friendly-SAM's and normal noise.
//   friendly:         the moving average m' = lambda m + (1 - lambda) g and the direction d = g - sigma m or g - sigma m' (Li et al., CVPR
//                     2024, arXiv:2403.12350, algorithm 1).
//   measure_friendly: the same, sum g^2, and what `measure` of sam_norm.cu finds in d.
//   measure_noise:    sum g^2, d of standard normal numbers, a function of seed, step, tensor and index (Foret et al., ICLR 2021,
//                     arXiv:2010.01412, appendix C.5), and what `measure` finds in d.
// Shapes: gradient (g, then d), even, odd, weights and kept (takes g; may be null) are arenas; `partials` twenty doubles for each piece;
// `squares` three doubles, `result` three; `counter` zero before and after; tables of measure_noise are by tensor. Aliasing: none.
// Friendly-SAM writes the average that the state's count does not name, so that a step that is skipped leaves the old one behind. A sum
// that is not finite closes the step's gate. Sums are in double, in the order of sam_norm.cu, and depend on the table of pieces alone.
// One pass instead of one each for the norm of g, for d and for the norm of d.
// Launch: (pieces, CHUNKS) blocks of 256 threads, see common.cuh: memory bound, 128-bit accesses; of noise a thread makes the sixteen elements
// that four neighbouring counters give. Bytes of an element: friendly and measure_friendly 16, measure_noise 8; 4 more with kept, and 4
// where adaptive.
#include "normal.cuh"
#include "sam_measure.cuh"

struct FriendlyStep {
  float sigma;
  float lambda;
  int uses_old_average;
  int averages_direction;
};

struct FriendlyBody {
  FriendlyStep step;
  bool is_first;
  float* gradient;
  const float* average;
  float* next;
  float* kept;
  __device__ void turn(float g, float m, float& direction, float& moved) const {
    float enter = 1.0f - step.lambda;
    if (!step.uses_old_average) {
      moved = fmaf(step.lambda, m, enter * g);
      direction = fmaf(-step.sigma, moved, g);
    } else if (is_first) {
      moved = g;
      direction = g;
    } else {
      direction = fmaf(-step.sigma, m, g);
      moved = fmaf(step.lambda, m, enter * (step.averages_direction ? direction : g));
    }
  }
  double squares;
  __device__ void square(float g) { squares = fma((double)g, (double)g, squares); }
  __device__ float4 turn_words(int i) {
    float4 g = load4(gradient, i), m = load4(average, i), d, n;
    if (kept) store4(kept, i, g);
    turn(g.x, m.x, d.x, n.x);
    turn(g.y, m.y, d.y, n.y);
    turn(g.z, m.z, d.z, n.z);
    turn(g.w, m.w, d.w, n.w);
    store4(next, i, n);
    store4(gradient, i, d);
    square(g.x);
    square(g.y);
    square(g.z);
    square(g.w);
    return d;
  }
  __device__ float turn_one(int i) {
    float g = gradient[i], d, n;
    if (kept) kept[i] = g;
    turn(g, average[i], d, n);
    next[i] = n;
    gradient[i] = d;
    square(g);
    return d;
  }
  __device__ void words(int i) { turn_words(i); }
  __device__ void one(int i) { turn_one(i); }
};

__device__ __forceinline__ FriendlyBody friendly_body(
    const FriendlyStep& step, float* gradient, float* even, float* odd, float* kept, const StepState* state) {
  long long updates = load_uniform(&state->friendly_updates);
  bool is_even = (updates & 1) == 0;
  return FriendlyBody{step, updates == 0, gradient, is_even ? even : odd, is_even ? odd : even, kept, 0};
}

extern "C" __global__ void friendly(
    const ArenaPiece* pieces, const FriendlyStep step, float* gradient, float* even, float* odd, float* kept, const StepState* state) {
  FriendlyBody body = friendly_body(step, gradient, even, odd, kept, state);
  for_chunk(load_uniform(pieces + blockIdx.x), body);
}

// Ends both sums: those of the direction, and g's squares, which lie behind the others among the partial sums.
__device__ __forceinline__ void finish_turned(
    const MeasureBody& sums, double own_squares, int norm, int count, double* partials, double* squares, double* result, StepState* state,
    unsigned int* counter) {
  __shared__ double scratch[WARP];
  double* of_chunks = partials + 4 * CHUNKS * count;
  own_squares = block_reduce<SumOf>(own_squares, scratch);
  if (threadIdx.x == 0) of_chunks[CHUNKS * blockIdx.x + blockIdx.y] = own_squares;
  if (!finish_measure(sums, norm, count, partials, result, state, counter)) return;
  double total = 0;
  for (int i = threadIdx.x; i < count * CHUNKS; i += blockDim.x) total += of_chunks[i];
  total = block_reduce<SumOf>(total, scratch);
  if (threadIdx.x != 0) return;
  squares[0] = total;
  squares[1] = 0;
  squares[2] = 0;
  if (!isfinite(total)) state->gate = 1;
}

struct FriendlyMeasureBody {
  FriendlyBody turn;
  MeasureBody sums;
  __device__ void words(int i) { sums.words(i, turn.turn_words(i)); }
  __device__ void one(int i) { sums.one(i, turn.turn_one(i)); }
};

extern "C" __global__ void measure_friendly(
    const ArenaPiece* pieces, int count, int norm, const PerturbGroup* groups, const FriendlyStep step, float* gradient, const float* weights,
    float* even, float* odd, float* kept, double* partials, double* squares, double* result, StepState* state, unsigned int* counter) {
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  FriendlyMeasureBody body{
      friendly_body(step, gradient, even, odd, kept, state), measure_body(piece, load_uniform(groups + piece.group), norm, weights)};
  for_chunk(piece, body);
  finish_turned(body.sums, body.turn.squares, norm, count, partials, squares, result, state, counter);
}

struct NoiseBody {
  float* gradient;
  float* kept;
  MeasureBody sums;
  double squares;
  __device__ void square(float g) { squares = fma((double)g, (double)g, squares); }
  __device__ void words(int i, float4 noise) {
    float4 g = load4(gradient, i);
    square(g.x);
    square(g.y);
    square(g.z);
    square(g.w);
    if (kept) store4(kept, i, g);
    store4(gradient, i, noise);
    sums.words(i, noise);
  }
  __device__ void one(int i, float noise) {
    float g = gradient[i];
    square(g);
    if (kept) kept[i] = g;
    gradient[i] = noise;
    sums.one(i, noise);
  }
};

extern "C" __global__ void measure_noise(
    const ArenaPiece* pieces, int count, int norm, const PerturbGroup* groups, unsigned long long seed, const unsigned long long* step,
    unsigned int stream, float* gradient, const float* weights, float* kept, double* partials, double* squares, double* result,
    StepState* state, unsigned int* counter) {
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  NoiseBody body{gradient, kept, measure_body(piece, load_uniform(groups + piece.group), norm, weights), 0};
  unsigned long long number = load_uniform(step);
  int chunk = blockIdx.y * CHUNK, size = min(CHUNK, piece.count - chunk);
  unsigned int counters = (unsigned int)(piece.start + chunk) / 4;
  NormalNumbers normal{0, 1};
  // Every sixteen threads make 64 neighbouring elements, see philox.cuh.
  for (int quad = threadIdx.x; 16 * quad < (size + 63) / 64 * 64; quad += blockDim.x) {
    float4 made[4];
#pragma unroll
    for (int j = 0; j < 4; j++) {
      made[j] = normal.transform(philox(
          make_uint4(counters + 4 * quad + j, stream + piece.tensor, (unsigned int)number, (unsigned int)(number >> 32)), seed));
    }
    const float4 words[4] = {make_float4(made[0].x, made[1].x, made[2].x, made[3].x), make_float4(made[0].y, made[1].y, made[2].y, made[3].y),
                             make_float4(made[0].z, made[1].z, made[2].z, made[3].z), make_float4(made[0].w, made[1].w, made[2].w, made[3].w)};
#pragma unroll
    for (int w = 0; w < 4; w++) {
      int at = quad / 4 * 64 + quad % 4 * 4 + 16 * w, i = piece.offset + chunk + at;
      if (at + 4 <= size) {
        body.words(i, words[w]);
      } else {
        if (at < size) body.one(i, words[w].x);
        if (at + 1 < size) body.one(i + 1, words[w].y);
        if (at + 2 < size) body.one(i + 2, words[w].z);
      }
    }
  }
  finish_turned(body.sums, body.squares, norm, count, partials, squares, result, state, counter);
}
