// Confusion counts as measures take them, and their sums.

/** The cells of a confusion matrix in row-major order, row: true class.
 *
 *  With sample weights each cell also has the sum of its rows' weights and of their squares, and
 *  that is all any interval needs: a metric depends on a row through its cell only, so the rows of
 *  a cell share one influence value g, and Σ w² (g - ḡ)² over rows is Σ squares (g - ḡ)² over cells.
 */
export interface Cells {
  /** Number of classes. */
  n: number;
  /** Rows. */
  counts: Float64Array;
  /** Summed weights; without them every row weighs 1. */
  weights?: Float64Array | undefined;
  /** Summed squared weights, needed with `weights`. */
  squares?: Float64Array | undefined;
}

/** Cells with the sums of rows, columns and diagonal. */
export interface Margins {
  cells: Float64Array;
  hits: Float64Array;
  true: Float64Array;
  pred: Float64Array;
  total: number;
}

export function margins(n: number, cells: Float64Array): Margins {
  const hits = new Float64Array(n);
  const true_ = new Float64Array(n);
  const pred = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    hits[t] = cells[t * n + t] as number;
    for (let p = 0; p < n; p++) {
      const value = cells[t * n + p] as number;
      true_[t] = (true_[t] as number) + value;
      pred[p] = (pred[p] as number) + value;
    }
  }
  return { cells, hits, true: true_, pred, total: sum(true_) };
}

export function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What is measured (weights where there are any), its squares, and the rows behind both. */
export function tables(cells: Cells): { table: Margins; squares: Margins; rows: Margins } {
  const rows = margins(cells.n, cells.counts);
  if (!cells.weights) return { table: rows, squares: rows, rows };
  if (!cells.squares) throw new Error("weights of cells need their squares beside them");
  return {
    table: margins(cells.n, cells.weights),
    squares: margins(cells.n, cells.squares),
    rows,
  };
}
