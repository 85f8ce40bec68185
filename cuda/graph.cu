// What a step does as a graph besides its layers.
//   stage: puts the batch, its targets and the step's numbers where kernels read them. The copy of step t went to the even or the odd
//          buffer, by t. Of the rows of numbers it takes the one for the count of updates that the steps before really made.
// A buffer: header (16 bytes), floats of the batch, 4-byte targets, rows of numbers, at the given offsets, which are multiples of 256.
// Launch: one-dimensional, 256 threads, four elements a thread, grid-stride.
#include "common.cuh"

struct StepHeader {
  long long least_updates;
  int row_bytes;
  int row_count;
};

__device__ __forceinline__ void copy_floats(const float* from, float* to, long long n) {
  long long words = is_aligned16(to) ? n / 4 : 0;
  for (long long i = first_index(); i < words; i += index_step()) ((float4*)to)[i] = ((const float4*)from)[i];
  for (long long i = 4 * words + first_index(); i < n; i += index_step()) to[i] = from[i];
}

extern "C" __global__ void stage(
    const void* even, const void* odd, const StepState* state, long long input_at, long long input_count, float* input,
    long long targets_at, long long target_count, float* targets, long long rows_at, void* numbers) {
  const char* buffer = (const char*)((state->ticks & 1) == 0 ? even : odd);
  StepHeader header = *(const StepHeader*)buffer;
  long long row = state->updates - header.least_updates;
  if (row < 0) row = 0;
  if (row >= header.row_count) row = header.row_count - 1;
  copy_floats((const float*)(buffer + input_at), input, input_count);
  copy_floats((const float*)(buffer + targets_at), targets, target_count);
  copy_floats((const float*)(buffer + rows_at + row * header.row_bytes), (float*)numbers, header.row_bytes / 4);
}
