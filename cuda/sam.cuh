// What the kernels of the perturbation share: the ball's norm and a group's numbers, as the C# types BallNorm and PerturbGroup have them.
#pragma once
#include "common.cuh"

#define NORM_NONE 0
#define NORM_ONE 1
#define NORM_TWO 2
#define NORM_INFINITY 3
#define NORM_GENERAL 4

struct PerturbGroup {
  float rho;
  float eta;
  int scaling;  // 0: T = 1, 1: T = |w| + eta, 2: the same behind the norm only
};

// u^exponent of u in [0, 1]: by squaring where twice the exponent is a small integer, else by the logarithm.
__device__ __forceinline__ float power(float u, int halves, float exponent) {
  if (halves == 0) return exp2f(exponent * log2f(u));
  float result = (halves & 1) != 0 ? sqrtf(u) : 1.0f;
  for (int n = halves >> 1; n > 0; n >>= 1) {
    if ((n & 1) != 0) result *= u;
    u *= u;
  }
  return result;
}
