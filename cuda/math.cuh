// exp, log, tanh, erf, the logistic function and sine with cosine: the polynomials of the CPU's VectorMath, operation by operation, so
// that both devices give the same bits. Error bounds, in units of the last place: exp 1, log 1, tanh 2, erf 2, sigmoid 3; sine and cosine
// 2^-23 absolute. NaN gives NaN; infinities and zeros give the function's limit.
#pragma once
#include "common.cuh"

// Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
#define ROUNDING_BIAS 12582912.0f

__device__ __forceinline__ float power_of_two(int n) { return __int_as_float((n + 127) << 23); }

// 1 + r + r^2 q(r) with n = round(x / ln 2) and r = x - n ln 2.
__device__ __forceinline__ float reduced_exp(float x, int& n) {
  float shifted = fmaf(x, 1.44269502f, ROUNDING_BIAS);
  float whole = shifted - ROUNDING_BIAS;
  n = __float_as_int(shifted) - __float_as_int(ROUNDING_BIAS);
  float r = fmaf(whole, -0.693147182f, x);
  r = fmaf(whole, 1.90465421e-9f, r);
  float q = 0.00019907704f;
  q = fmaf(q, r, 0.00139486999f);
  q = fmaf(q, r, 0.00833328627f);
  q = fmaf(q, r, 0.0416662395f);
  q = fmaf(q, r, 0.166666672f);
  q = fmaf(q, r, 0.5f);
  return 1.0f + fmaf(q, r * r, r);
}

// e^x for every x; the scale is applied in two steps, so that subnormal results are rounded once.
__device__ __forceinline__ float exp_of(float x) {
  x = 89.0f < x ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  int n;
  float p = reduced_exp(x, n);
  int half = n >> 1;
  return p * power_of_two(half) * power_of_two(n - half);
}

// e^x for x in [-87.3, 88.3] or NaN.
__device__ __forceinline__ float exp_normal(float x) {
  int n;
  float p = reduced_exp(x, n);
  return p * power_of_two(n);
}

// x = 2^e m with m in [sqrt(1/2), sqrt(2)), f = m - 1, ln x = e ln 2 + f - f^2/2 + f^3 p(f).
__device__ __forceinline__ float log_of(float x) {
  bool subnormal = x < 1.17549435e-38f;
  float scaled = subnormal ? x * 8388608.0f : x;
  int exponent = (__float_as_int(scaled) - 0x3F3504F3) >> 23;
  float f = __int_as_float(__float_as_int(scaled) - (exponent << 23)) - 1.0f;
  float e = (float)exponent - (subnormal ? 23.0f : 0.0f);
  float p = 0.0674773231f;
  p = fmaf(p, f, -0.116775163f);
  p = fmaf(p, f, 0.118886963f);
  p = fmaf(p, f, -0.124053396f);
  p = fmaf(p, f, 0.142194524f);
  p = fmaf(p, f, -0.166680053f);
  p = fmaf(p, f, 0.200021237f);
  p = fmaf(p, f, -0.250000089f);
  p = fmaf(p, f, 0.333333135f);
  p = fmaf(p, f, -0.5f);
  float result = fmaf(e, 0.693145752f, f + fmaf(f * f, p, e * 1.42860677e-6f));
  if (!(x < __int_as_float(0x7f800000))) result = x;
  if (x == 0.0f) result = __int_as_float(0xff800000);
  return x < 0.0f ? __int_as_float(0x7fffffff) : result;
}

// x + x^3 p(x^2) below 0.625, else sign(x) (1 - 2 / (e^(2|x|) + 1)).
__device__ __forceinline__ float tanh_of(float x) {
  float a = fabsf(x);
  float t = a * a;
  float p = 0.00214296207f;
  p = fmaf(p, t, -0.0081773987f);
  p = fmaf(p, t, 0.0217007026f);
  p = fmaf(p, t, -0.0539467633f);
  p = fmaf(p, t, 0.133332059f);
  p = fmaf(p, t, -0.333333313f);
  float small = fmaf(p * t, a, a);
  float clamped = 10.0f < a ? 10.0f : a;
  float large = 1.0f - 2.0f / (exp_normal(clamped + clamped) + 1.0f);
  return copysignf(a < 0.625f ? small : large, x);
}

// x + x p(x^2) below 0.85, else sign(x) (1 - e^q(|x|)) with q = ln erfc.
__device__ __forceinline__ float erf_of(float x) {
  float a = fabsf(x);
  float t = a * a;
  float p = 8.83625689e-05f;
  p = fmaf(p, t, -0.000824429153f);
  p = fmaf(p, t, 0.0052092988f);
  p = fmaf(p, t, -0.0268624816f);
  p = fmaf(p, t, 0.112837471f);
  p = fmaf(p, t, -0.376126379f);
  p = fmaf(p, t, 0.128379166f);
  float small = fmaf(p, a, a);
  float u = (4.0f < a ? 4.0f : a) - 1.0f;
  float q = 0.000203781921f;
  q = fmaf(q, u, -0.00189615926f);
  q = fmaf(q, u, 0.00998535659f);
  q = fmaf(q, u, -0.041554898f);
  q = fmaf(q, u, -0.843105793f);
  q = fmaf(q, u, -2.63896775f);
  q = fmaf(q, u, -1.84960556f);
  float large = 1.0f - exp_normal(q);
  return copysignf(a < 0.85f ? small : large, x);
}

// 1 / (1 + e^-x), and 1 minus that to the same accuracy.
__device__ __forceinline__ float sigmoid_of(float x, float& complement) {
  float e = exp_of(-fabsf(x));
  float sum = 1.0f + e;
  float larger = 1.0f / sum;
  float smaller = e / sum;
  complement = x < 0.0f ? larger : smaller;
  return x < 0.0f ? smaller : larger;
}

// sin(2 pi turns) and cos(2 pi turns) for turns in [0, 1): 4 turns = quadrant + f, exactly; the quadrant swaps and negates.
__device__ __forceinline__ float sincos_turns(float turns, float& cosine) {
  float quarters = turns * 4.0f;
  float shifted = quarters + ROUNDING_BIAS;
  float f = quarters - (shifted - ROUNDING_BIAS);
  float t = f * f;
  float s = 0.000158195078f;
  s = fmaf(s, t, -0.00468126079f);
  s = fmaf(s, t, 0.0796925798f);
  s = fmaf(s, t, -0.645964086f);
  s = fmaf(s, t, 1.57079637f) * f;
  float c = 0.000903631677f;
  c = fmaf(c, t, -0.0208600722f);
  c = fmaf(c, t, 0.253669202f);
  c = fmaf(c, t, -1.23370051f);
  c = fmaf(c, t, 1.0f);
  int quadrant = __float_as_int(shifted);
  bool swap = (quadrant & 1) != 0;
  int sine_sign = ((quadrant >> 1) & 1) << 31;
  int cosine_sign = (((quadrant + 1) >> 1) & 1) << 31;
  cosine = __int_as_float(__float_as_int(swap ? s : c) ^ cosine_sign);
  return __int_as_float(__float_as_int(swap ? c : s) ^ sine_sign);
}
