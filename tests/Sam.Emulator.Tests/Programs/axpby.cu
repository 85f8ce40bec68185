/* axpby: y[i] = a * x[i] + b * y[i] + SHIFT, for blocks of BLOCK threads that work on PER_THREAD elements each.
   Tests the generated bindings: typed pointers, a scalar, a struct by value, and constants set by the compiler. */
#ifndef PER_THREAD
#define PER_THREAD 2
#endif
#ifndef SHIFT
#define SHIFT 0.0f
#endif

struct Factors { float a; float b; };

extern "C" __global__ void axpby(const float* __restrict__ x, float* __restrict__ y, const Factors factors, long long n)
{
    long long first = ((long long)blockIdx.x * blockDim.x + threadIdx.x) * PER_THREAD;
    for (long long i = first; i < first + PER_THREAD && i < n; i++) y[i] = factors.a * x[i] + factors.b * y[i] + SHIFT;
}

extern "C" __global__ void fill_index(int* out, short start, bool negative)
{
    int value = start + (int)(blockIdx.x * blockDim.x + threadIdx.x);
    out[blockIdx.x * blockDim.x + threadIdx.x] = negative ? -value : value;
}
