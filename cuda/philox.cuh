// The counter-based generator Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011) and the loop of random fills and masks.
// Element i of a stream is word (i / 16) mod 4 of the block with the counter (16 (i / 64) + i mod 16, stream, step's lower half, step's
// upper half) and the key seed, as on the CPU. So a thread takes four neighbouring counters and the sixteen elements that come from them:
// four words of 16 bytes, 64 bytes apart.
#pragma once
#include "common.cuh"

__device__ __forceinline__ uint4 philox(uint4 c, unsigned long long seed) {
  unsigned int k0 = (unsigned int)seed, k1 = (unsigned int)(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    unsigned int high0 = __umulhi(c.x, 0xD2511F53u), low0 = c.x * 0xD2511F53u;
    unsigned int high1 = __umulhi(c.z, 0xCD9E8D57u), low1 = c.z * 0xCD9E8D57u;
    c = make_uint4(high1 ^ c.y ^ k0, low1, high0 ^ c.w ^ k1, low0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return c;
}

// The upper 24 bits as a float in [0, 1).
__device__ __forceinline__ float uniform(unsigned int word) { return (float)(word >> 8) * (1.0f / 16777216.0f); }

// The same from a later element of the stream on, whose blocks of numbers and of elements do not meet: a counter a thread, and the four
// elements that come from it, 64 bytes apart; sixteen neighbouring threads share sectors.
template <typename Body>
__device__ __forceinline__ void map_random_from(
    long long start, long long n, unsigned long long seed, unsigned long long step, unsigned int stream, const float* x, float* y,
    Body body) {
  int skipped = (int)(start % 64);
  long long counters = (skipped + n + 63) / 64 * 16;
  for (long long c = first_index(); c < counters; c += index_step()) {
    unsigned int counter = (unsigned int)(start / 64 * 16 + c);
    float4 made = body.transform(philox(make_uint4(counter, stream, (unsigned int)step, (unsigned int)(step >> 32)), seed));
    const float words[4] = {made.x, made.y, made.z, made.w};
    long long first = c / 16 * 64 + c % 16 - skipped;
#pragma unroll
    for (int w = 0; w < 4; w++) {
      long long i = first + 16 * w;
      if (i >= 0 && i < n) y[i] = body.combine(words[w], x ? x[i] : 0.0f);
    }
  }
}

// y[i] = combine(made[start + i], x[i]) with made = transform(the counter's four words); x may be null or y.
template <typename Body>
__device__ __forceinline__ void map_random(
    long long n, unsigned long long seed, unsigned long long step, unsigned int stream, const float* x, float* y, Body body,
    long long start = 0) {
  if (start != 0) {
    map_random_from(start, n, seed, step, stream, x, y, body);
    return;
  }

  bool aligned = is_aligned16(x) && is_aligned16(y);
  long long quads = (n + 63) / 64 * 4;
  for (long long quad = first_index(); quad < quads; quad += index_step()) {
    float4 made[4];
#pragma unroll
    for (int j = 0; j < 4; j++) {
      unsigned int counter = (unsigned int)(quad * 4) + j;
      made[j] = body.transform(philox(make_uint4(counter, stream, (unsigned int)step, (unsigned int)(step >> 32)), seed));
    }
    long long first = quad / 4 * 64 + quad % 4 * 4;
    const float words[4][4] = {{made[0].x, made[1].x, made[2].x, made[3].x},
                               {made[0].y, made[1].y, made[2].y, made[3].y},
                               {made[0].z, made[1].z, made[2].z, made[3].z},
                               {made[0].w, made[1].w, made[2].w, made[3].w}};
#pragma unroll
    for (int w = 0; w < 4; w++) {
      long long i = first + 16 * w;
      if (aligned && i + 4 <= n) {
        float4 from = x ? *(const float4*)(x + i) : make_float4(0, 0, 0, 0);
        *(float4*)(y + i) = make_float4(body.combine(words[w][0], from.x), body.combine(words[w][1], from.y),
                                        body.combine(words[w][2], from.z), body.combine(words[w][3], from.w));
      } else {
#pragma unroll
        for (int j = 0; j < 4; j++) {
          if (i + j < n) y[i + j] = body.combine(words[w][j], x ? x[i + j] : 0.0f);
        }
      }
    }
  }
}
