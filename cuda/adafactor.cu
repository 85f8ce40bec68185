// Adafactor's factored second moments (Shazeer and Stern, ICML 2018, arXiv:1804.04235, algorithms 4 and 6).
//   factored_moments:   m += share (x - m) with x the mean of g^2 over a row of a matrix, over a column of it, or g^2 itself in a vector;
//                       then the means of the row moments of every matrix that has a place for one.
//   factored_direction: u = g / max(sqrt(v), floor) in the place of g, v[i, j] = r[i] c[j] / max(mean r, floor), or c in a vector; then
//                       a = max(smallest_scale, rms(w)) / max(1, rms(u) / threshold) for each tensor, its other coefficients 0.
// A tensor is a row of matrices (Matrices x Rows x Columns, row-major); Rows is 0 for a vector, whose elements are the columns of one row.
// `share` is read from memory, as it changes from step to step. `state` may be null; a closed gate leaves the moments alone. The gradient
// overlaps no other array.
// Sums are in double, in an order that the shapes alone decide: threads of a row or column, then over these threads; a mean over ascending
// rows of its lanes, then over the lanes.
// Launch: factored_moments (parts) blocks of 256 threads: a part is at most about 16384 elements, or 64 columns of a matrix, and no two
// parts write the same moment; the block that is done last makes the means. factored_direction (pieces, CHUNKS) blocks of 256, as all
// passes over the arenas. Bytes of an element: 8 where rows and columns are parts of their own, else 4 from memory; 12.
#include "common.cuh"

#define MATRICES 0
#define ROWS 1
#define COLUMN_COUNT 64
#define THREADS 256

struct FactoredTensor {
  int offset;
  int matrices;
  int rows;
  int columns;
  int row_moments;
  int column_moments;
  int row_means;
};

struct FactoredPart {
  int tensor;
  int kind;
  int first;
  int count;
};

struct FactoredStep {
  float floor;
  float smallest_scale;
  float threshold;
};

__device__ __forceinline__ double square(float x) { return (double)x * (double)x; }

__device__ __forceinline__ void move(float* moment, double value, double share) {
  *moment = (float)(*moment + share * (value - *moment));
}

// Rows of up to a warp's few loads are taken by as many lanes as they fill, longer ones by a warp, and those beyond by the block.
__device__ void move_rows(const float* g, int columns, int count, float* moments, double share) {
  __shared__ double scratch[WARP];
  if (columns > 32 * WARP) {
    for (int row = 0; row < count; row++) {
      const float* x = g + (long long)row * columns;
      double sum = 0;
      for (int column = threadIdx.x; column < columns; column += THREADS) sum += square(x[column]);
      sum = block_reduce<SumOf>(sum, scratch);
      if (threadIdx.x == 0) move(moments + row, sum / columns, share);
    }
    return;
  }
  int lanes = 1;
  while (lanes < WARP && 2 * lanes <= columns) lanes *= 2;
  int lane = threadIdx.x & (lanes - 1);
  for (int start = 0; start < count; start += THREADS / lanes) {
    int row = start + threadIdx.x / lanes;
    double sum = 0;
    if (row < count) {
      const float* x = g + (long long)row * columns;
      for (int column = lane; column < columns; column += lanes) sum += square(x[column]);
    }
    for (int offset = lanes / 2; offset > 0; offset /= 2) sum += __shfl_xor_sync(FULL_MASK, sum, offset);
    if (row < count && lane == 0) move(moments + row, sum / columns, share);
  }
}

// Columns first to first + 63 of a matrix: sixteen threads side by side take four columns each, sixteen such rows at a time.
__device__ void move_columns(const float* g, int rows, int columns, int first, float* moments, double share) {
  // The k-th of a word's columns lies 20 words from the one before, so that neither stores of neighbouring words nor loads of neighbouring
  // columns meet a bank twice.
  __shared__ double sums[16][4 * 20];
  int word = threadIdx.x & 15, slice = threadIdx.x / 16;
  int column = first + 4 * word;
  double sum[4] = {0, 0, 0, 0};
  for (int row = slice; row < rows; row += 16) {
    const float* x = g + (long long)row * columns;
    if ((columns & 3) == 0 && column < columns) {
      float4 values = load4(x, column);
      sum[0] += square(values.x);
      sum[1] += square(values.y);
      sum[2] += square(values.z);
      sum[3] += square(values.w);
    } else {
      for (int k = 0; k < 4; k++) {
        if (column + k < columns) sum[k] += square(x[column + k]);
      }
    }
  }
  for (int k = 0; k < 4; k++) sums[slice][20 * k + word] = sum[k];
  __syncthreads();
  column = first + threadIdx.x;
  if (threadIdx.x < COLUMN_COUNT && column < columns) {
    double total = 0;
    for (int i = 0; i < min(rows, 16); i++) total += sums[i][20 * (threadIdx.x & 3) + threadIdx.x / 4];
    move(moments + column, total / rows, share);
  }
  __syncthreads();
}

// Columns of matrices of few rows: a thread takes each.
__device__ void move_short_columns(const float* g, int rows, int columns, int matrices, float* moments, double share) {
  for (int i = threadIdx.x; i < matrices * columns; i += THREADS) {
    const float* x = g + (long long)(i / columns) * rows * columns + i % columns;
    double sum = 0;
    for (int row = 0; row < rows; row++) sum += square(x[(long long)row * columns]);
    move(moments + i, sum / rows, share);
  }
}

__device__ void store_means(const FactoredTensor* tensors, int count, float* moments) {
  for (int t = 0; t < count; t++) {
    FactoredTensor tensor = tensors[t];
    if (tensor.row_means < 0) continue;
    for (int matrix = warp_id(); matrix < tensor.matrices; matrix += THREADS / WARP) {
      const float* r = moments + tensor.row_moments + (long long)matrix * tensor.rows;
      double sum = 0;
      for (int row = lane_id(); row < tensor.rows; row += WARP) sum += r[row];
      sum = warp_reduce<SumOf>(sum);
      if (lane_id() == 0) moments[tensor.row_means + matrix] = (float)(sum / tensor.rows);
    }
  }
}

extern "C" __global__ __launch_bounds__(THREADS) void factored_moments(
    const FactoredTensor* tensors, int count, const FactoredPart* parts, const double* share, const float* gradient, float* moments,
    const StepState* state, unsigned int* counter) {
  if (is_closed(state)) return;
  FactoredPart part = parts[blockIdx.x];
  FactoredTensor tensor = tensors[part.tensor];
  int rows = max(1, tensor.rows), columns = tensor.columns;
  const float* g = gradient + tensor.offset;
  float* row_moments = moments + tensor.row_moments;
  float* column_moments = moments + tensor.column_moments;
  if (part.kind == ROWS) {
    move_rows(g + (long long)part.first * columns, columns, part.count, row_moments + part.first, *share);
  } else if (part.kind == MATRICES) {
    g += (long long)part.first * rows * columns;
    column_moments += (long long)part.first * columns;
    move_rows(g, columns, part.count * rows, row_moments + (long long)part.first * rows, *share);
    if (rows <= WARP) {
      move_short_columns(g, rows, columns, part.count, column_moments, *share);
    } else {
      for (int matrix = 0; matrix < part.count; matrix++) {
        move_columns(g + (long long)matrix * rows * columns, rows, columns, 0, column_moments + (long long)matrix * columns, *share);
      }
    }
  } else {
    move_columns(
        g + (long long)part.first * rows * columns, rows, columns, part.count, column_moments + (long long)part.first * columns, *share);
  }
  if (is_last_block(counter, gridDim.x)) store_means(tensors, count, moments);
}

// ---- direction ----

struct DirectionBody {
  FactoredTensor tensor;
  float* gradient;
  const float* weights;
  const float* rows;
  const float* columns;
  const float* means;
  int first_matrix;
  float least;
  double directions, squares;

  __device__ float direction(float g, float w, float v) {
    float u = g / sqrtf(v < least ? least : v);
    directions = fma((double)u, (double)u, directions);
    squares = fma((double)w, (double)w, squares);
    return u;
  }
  // The row's moment by the mean of its matrix; `row` counts through all matrices.
  __device__ float share(int row) const { return rows[row] / means[row / tensor.rows - first_matrix]; }
  __device__ const float* columns_of(int row) const { return columns + (long long)(row / tensor.rows) * tensor.columns; }
  __device__ float variance(int position) const {
    if (tensor.rows == 0) return columns[position];
    int row = position / tensor.columns;
    return share(row) * columns_of(row)[position - row * tensor.columns];
  }
  // A word whose four elements lie in one row has their moments side by side.
  __device__ float4 variances(int position) const {
    if (tensor.rows == 0) return load4(columns, position);
    if ((tensor.columns & 3) != 0) {
      return make_float4(variance(position), variance(position + 1), variance(position + 2), variance(position + 3));
    }
    int row = position / tensor.columns;
    float factor = share(row);
    float4 c = load4(columns_of(row), position - row * tensor.columns);
    return make_float4(factor * c.x, factor * c.y, factor * c.z, factor * c.w);
  }
  __device__ void words(int i) {
    float4 g = load4(gradient, i), w = load4(weights, i), v = variances(i - tensor.offset);
    float4 u;
    u.x = direction(g.x, w.x, v.x);
    u.y = direction(g.y, w.y, v.y);
    u.z = direction(g.z, w.z, v.z);
    u.w = direction(g.w, w.w, v.w);
    store4(gradient, i, u);
  }
  __device__ void one(int i) { gradient[i] = direction(gradient[i], weights[i], variance(i - tensor.offset)); }
};

// The means of the matrices that a chunk touches, at least `floor` each: as many as it has elements where matrices have one.
__device__ void load_means(const FactoredTensor& tensor, const float* moments, int first, int last, float floor, float* means) {
  for (int matrix = first + threadIdx.x; matrix <= last; matrix += THREADS) {
    float mean;
    if (tensor.row_means >= 0) {
      mean = moments[tensor.row_means + matrix];
    } else {
      const float* r = moments + tensor.row_moments + (long long)matrix * tensor.rows;
      double sum = 0;
      for (int row = 0; row < tensor.rows; row++) sum += r[row];
      mean = (float)(sum / tensor.rows);
    }
    means[matrix - first] = mean < floor ? floor : mean;
  }
}

// One warp takes a tensor, whose pieces follow each other.
__device__ void finish_direction(
    const ArenaPiece* pieces, int count, int tensors, const double* partials, const FactoredStep& step, float* coefficients) {
  for (int i = threadIdx.x; i < COEFFICIENTS * tensors; i += THREADS) coefficients[i] = 0;
  __syncthreads();
  for (int first = warp_id(); first < count; first += THREADS / WARP) {
    int tensor = pieces[first].tensor;
    if (first > 0 && pieces[first - 1].tensor == tensor) continue;
    double directions = 0, squares = 0;
    long long elements = 0;
    for (int at = first + lane_id(); at < count && pieces[at].tensor == tensor; at += WARP) {
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        const double* part = partials + 4 * (CHUNKS * at + chunk);
        directions += part[0];
        squares += part[1];
      }
      elements += pieces[at].count;
    }
    directions = warp_reduce<SumOf>(directions);
    squares = warp_reduce<SumOf>(squares);
    elements = warp_reduce<SumOf>(elements);
    if (lane_id() != 0) continue;
    double scale = MaximumOf::apply(sqrt(squares / elements), (double)step.smallest_scale);
    double excess = MaximumOf::apply(sqrt(directions / elements) / step.threshold, 1.0);
    coefficients[COEFFICIENTS * tensor] = (float)(scale / excess);
  }
}

extern "C" __global__ __launch_bounds__(THREADS) void factored_direction(
    const ArenaPiece* pieces, int count, int tensor_count, const FactoredTensor* tensors, const float* moments, const FactoredStep step,
    float* gradient, const float* weights, double* partials, float* coefficients, unsigned int* counter) {
  __shared__ double scratch[WARP];
  __shared__ float means[CHUNK];
  ArenaPiece piece = load_uniform(pieces + blockIdx.x);
  FactoredTensor tensor = tensors[piece.tensor];
  DirectionBody body{tensor, gradient, weights, moments + tensor.row_moments, moments + tensor.column_moments, means, 0,
                     step.floor * step.floor, 0, 0};
  int start = blockIdx.y * CHUNK, end = min(piece.count, start + CHUNK);
  if (tensor.rows > 0 && start < end) {
    int size = tensor.rows * tensor.columns, from = piece.offset - tensor.offset;
    body.first_matrix = (from + start) / size;
    load_means(tensor, moments, body.first_matrix, (from + end - 1) / size, step.floor, means);
    __syncthreads();
  }
  for_chunk(piece, body);
  double directions = block_reduce<SumOf>(body.directions, scratch), squares = block_reduce<SumOf>(body.squares, scratch);
  double* part = partials + 4 * (CHUNKS * blockIdx.x + blockIdx.y);
  if (threadIdx.x == 0) {
    part[0] = directions;
    part[1] = squares;
  }
  if (is_last_block(counter, gridDim.x * gridDim.y)) finish_direction(pieces, count, tensor_count, partials, step, coefficients);
}
