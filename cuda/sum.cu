// Sums over flat memory in double.
//   sum: result[0] = sum_i x[i].   sum_of_squares: result[0] = sum_i x[i]^2, exact squares; not finite exactly where an x[i] is not.
// Shapes: n elements at any address of a float; `partials` a double for each block; `counter` zero before and after.
// Order: from n alone, see double_sum.cuh.
// Launch: one-dimensional, 256 threads, ceil(n / 4096) blocks but at most 1024: sixteen elements a thread in 128-bit loads, grid-stride
// beyond, one launch with the last block's reduction in it.
#include "double_sum.cuh"

struct ValueTerm {
  static __device__ double of(float x) { return (double)x; }
};

struct SquareTerm {
  static __device__ double of(float x) { return (double)x * (double)x; }
};

template <typename Term>
__device__ __forceinline__ void sum_terms(long long n, const float* x, double* partials, unsigned int* counter, double* result) {
  bool aligned = is_aligned16(x);
  double total = 0;
  for (long long i = first_index() * 4; i < n; i += index_step() * 4) {
    float4 v = load_word(x, i, n, aligned);
    total += (Term::of(v.x) + Term::of(v.y)) + (Term::of(v.z) + Term::of(v.w));
  }
  finish_sum(total, 1.0, partials, counter, result);
}

extern "C" __global__ void sum(long long n, const float* x, double* partials, unsigned int* counter, double* result) {
  sum_terms<ValueTerm>(n, x, partials, counter, result);
}

extern "C" __global__ void sum_of_squares(long long n, const float* x, double* partials, unsigned int* counter, double* result) {
  sum_terms<SquareTerm>(n, x, partials, counter, result);
}
