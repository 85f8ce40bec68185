// y[b, o] = (sum over i of w[o, i] x[b, i])^2 + shift[o].
// Shapes: x, dx (B, I); y, dy (B, O); w, dw (O, I); shift, dshift (O). dx may be null.
// Launch: one thread for each element that is written, 128 to a block.

static __device__ float dot(const float* w, const float* x, int count) {
  float sum = 0;
  for (int i = 0; i < count; i++) sum = fmaf(w[i], x[i], sum);
  return sum;
}

extern "C" __global__ void mix_forward(int batch, int inputs, int outputs, const float* x, const float* w, const float* shift, float* y) {
  int at = blockIdx.x * blockDim.x + threadIdx.x, b = at / outputs, o = at % outputs;
  if (b >= batch) return;
  float product = dot(w + o * inputs, x + b * inputs, inputs);
  y[at] = fmaf(product, product, shift[o]);
}

extern "C" __global__ void mix_input_gradient(int batch, int inputs, int outputs, const float* x, const float* dy, const float* w, float* dx) {
  int at = blockIdx.x * blockDim.x + threadIdx.x, b = at / inputs, i = at % inputs;
  if (b >= batch) return;
  float sum = 0;
  for (int o = 0; o < outputs; o++) sum = fmaf(2 * dy[b * outputs + o] * dot(w + o * inputs, x + b * inputs, inputs), w[o * inputs + i], sum);
  dx[at] = sum;
}

extern "C" __global__ void mix_parameter_gradients(
    int batch, int inputs, int outputs, const float* x, const float* dy, const float* w, bool accumulates, float* dw, float* dshift) {
  int at = blockIdx.x * blockDim.x + threadIdx.x, o = at / inputs, i = at % inputs;
  if (o >= outputs) return;
  float sum = accumulates ? dw[at] : 0, shift = accumulates ? dshift[o] : 0;
  for (int b = 0; b < batch; b++) {
    float gradient = dy[b * outputs + o];
    sum = fmaf(2 * gradient * dot(w + o * inputs, x + b * inputs, inputs), x[b * inputs + i], sum);
    shift += gradient;
  }
  dw[at] = sum;
  if (i == inputs - 1) dshift[o] = shift;
}
