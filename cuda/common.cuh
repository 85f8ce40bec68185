// Shared by all kernels. No toolkit headers: NVRTC's built-in types and functions only.
//
// Conventions of every kernel here:
//   - tensors are contiguous, row-major, batch first; pointers that may be null are marked so in the file's header;
//   - sums have an order that depends on the sizes alone, so one input gives one result on every run;
//   - contraction is off (--fmad=false): where a product and a sum are rounded once, the code says fmaf.
#pragma once

#define WARP 32
#define FULL_MASK 0xffffffffu

__device__ __forceinline__ int lane_id() { return threadIdx.x & (WARP - 1); }
__device__ __forceinline__ int warp_id() { return threadIdx.x / WARP; }

// The grid-stride index and step of a one-dimensional launch.
__device__ __forceinline__ long long first_index() { return (long long)blockIdx.x * blockDim.x + threadIdx.x; }
__device__ __forceinline__ long long index_step() { return (long long)gridDim.x * blockDim.x; }

__device__ __forceinline__ bool is_aligned16(const void* pointer) { return ((unsigned long long)pointer & 15) == 0; }

// A struct of words that all threads need, by a block of whole warps: a warp loads it once, a word a lane, instead of each lane all of it.
template <typename T>
__device__ __forceinline__ T load_uniform(const T* p) {
  static_assert(sizeof(T) % 4 == 0 && sizeof(T) <= 4 * WARP, "a warp loads a word a lane");
  union {
    int words[sizeof(T) / 4];
    T value;
  };
  int word = lane_id() < (int)sizeof(T) / 4 ? ((const int*)p)[lane_id()] : 0;
#pragma unroll
  for (int i = 0; i < (int)sizeof(T) / 4; i++) words[i] = __shfl_sync(FULL_MASK, word, i);
  return value;
}

struct SumOf {
  template <typename T> static __device__ __forceinline__ T apply(T a, T b) { return a + b; }
};

// The larger one; a NaN wins, as a maximum that hid it would report a finite norm.
struct MaximumOf {
  template <typename T> static __device__ __forceinline__ T apply(T a, T b) { return (a > b || a != a) ? a : b; }
};

template <typename Op, typename T>
__device__ __forceinline__ T warp_reduce(T value) {
#pragma unroll
  for (int offset = WARP / 2; offset > 0; offset /= 2) value = Op::apply(value, __shfl_xor_sync(FULL_MASK, value, offset));
  return value;
}

// Reduces over a block of whole warps, at most 1024 threads. Every thread gets the result. `scratch` holds 32 elements of shared
// memory; the function may be called again with the same scratch at once.
template <typename Op, typename T>
__device__ __forceinline__ T block_reduce(T value, T* scratch) {
  value = warp_reduce<Op>(value);
  if (blockDim.x == WARP) return value;
  if (lane_id() == 0) scratch[warp_id()] = value;
  __syncthreads();
  int warps = blockDim.x / WARP;
  T total = scratch[0];
  for (int i = 1; i < warps; i++) total = Op::apply(total, scratch[i]);
  __syncthreads();
  return total;
}

// True in every thread of the block that finishes last of `blocks`; its threads then see what the others wrote before. `counter`
// is zero before the launch and after it.
__device__ __forceinline__ bool is_last_block(unsigned int* counter, unsigned int blocks) {
  __shared__ bool last;
  __syncthreads();
  if (threadIdx.x == 0) {
    // Behind the barrier the fence covers what every thread of the block wrote.
    __threadfence();
    unsigned int before = atomicAdd(counter, 1u);
    last = before == blocks - 1;
    if (last) *counter = 0;
  }
  __syncthreads();
  if (last) __threadfence();
  return last;
}

// A contiguous range of the arenas that belongs to one parameter group; the C# record of the same name. Offsets are multiples of 16. In tables
// by tensor `start` is the place of its first element in the tensor.
struct ArenaPiece {
  int offset;
  int count;
  int group;
  int tensor;
  int is_perturbed;
  int start;
};

// What a tensor's inputs are mixed with in a pass over the arenas; as many floats for each tensor as UpdateArguments says.
#define COEFFICIENTS 5

struct Coefficients {
  float values[COEFFICIENTS];
};

// What a step knows about itself; the C# struct of the same name.
struct StepState {
  int gate;
  int applied;
  long long updates;
  long long friendly_updates;
  long long ticks;
};

// Passes over the arenas are launched with (pieces, CHUNKS) blocks of 256 threads: block (i, j) works on the j-th 4096 elements of piece
// i, 16 elements a thread, four at a time.
#define CHUNK 4096
#define CHUNKS 4

__device__ __forceinline__ bool is_closed(const StepState* state) { return state != nullptr && load_uniform(&state->gate) != 0; }

// Calls body.words(i) for whole groups of four elements at arena index i, and body.one(i) for what is left.
template <typename Body>
__device__ __forceinline__ void for_chunk(const ArenaPiece& piece, Body& body) {
  int start = blockIdx.y * CHUNK;
  int end = min(piece.count, start + CHUNK);
  int words = (end - start) / 4;
  for (int i = threadIdx.x; i < words; i += blockDim.x) body.words(piece.offset + start + 4 * i);
  for (int i = start + 4 * max(words, 0) + threadIdx.x; i < end; i += blockDim.x) body.one(piece.offset + i);
}

__device__ __forceinline__ float4 load4(const float* p, int i) { return *(const float4*)(p + i); }
__device__ __forceinline__ void store4(float* p, int i, float4 value) { *(float4*)(p + i) = value; }
