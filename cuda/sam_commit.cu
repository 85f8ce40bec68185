// The end of a step on the device.
//   copy_where_skipped: y = x where the gate is closed: running statistics go back to what they were.
//   commit:             counts the step where it is applied, opens the gate, and copies the record to the host's slot for it.
// Shapes: x, y: n floats; the record begins with the state and has record_count doubles; slots: slot_count rows of slot_stride doubles in
// memory that the host reads, or null. Aliasing: none.
// Launch: copy_where_skipped one-dimensional, 256 threads, grid-stride; commit one block, since it is a few hundred bytes.
#include "common.cuh"

extern "C" __global__ void copy_where_skipped(long long n, const float* x, float* y, const StepState* state) {
  if (state->gate == 0) return;
  for (long long i = first_index(); i < n; i += index_step()) y[i] = x[i];
}

// One block: counts the step, opens the gate, and copies the record, which begins with the state, to the host's slot for it; the number
// behind the record is written last, when everything else can be seen.
extern "C" __global__ void commit(
    StepState* state, int record_count, int discards, int moves_friendly, double* slots, int slot_count, int slot_stride) {
  __shared__ long long tick;
  if (threadIdx.x == 0) {
    bool applied = state->gate == 0 && !discards;
    state->applied = applied;
    state->gate = 0;
    if (applied) {
      state->updates++;
      if (moves_friendly) state->friendly_updates++;
    }
    tick = state->ticks++;
  }
  __syncthreads();
  if (slots == nullptr) return;
  double* slot = slots + (tick % slot_count) * slot_stride;
  const double* record = (const double*)state;
  for (int i = threadIdx.x; i < record_count; i += blockDim.x) slot[i] = record[i];
  __threadfence_system();
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence_system();
    *(volatile long long*)(slot + slot_stride - 1) = tick + 1;
  }
}
