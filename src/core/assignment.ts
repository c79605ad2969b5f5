/** Room for this many rows, columns and pairs before the first growth: a busy street with room to spare. */
const INITIAL_CAPACITY = 256;
const NONE = -1;

/**
 * Minimum-cost assignment of rows to columns, where only the pairs that were added may be chosen and
 * a row may stay alone at a price.
 *
 * Finds the choice that minimises `sum of chosen costs + unmatchedCost x rows left alone`, each column
 * used at most once. A pair dearer than `unmatchedCost` is therefore never chosen. Successive shortest
 * augmenting paths with dual variables (Jonker and Volgenant 1987, in the form of Crouse 2016, "On
 * implementing 2D rectangular assignment algorithms"), run over the sparse pairs only: gating keeps a
 * row to a handful of columns, and O(n^3) is the bound when it does not. Buffers are kept between uses.
 */
export class AssignmentProblem {
  #rowCount = 0;
  #columnCount = 0;
  #pairCount = 0;
  /** Pairs of row r are rowStart[r] .. rowStart[r + 1]. */
  #rowStart = new Int32Array(INITIAL_CAPACITY + 1);
  #pairColumn = new Int32Array(INITIAL_CAPACITY);
  #pairCost = new Float64Array(INITIAL_CAPACITY);
  #columnOfRow = new Int32Array(INITIAL_CAPACITY);
  #rowPrice = new Float64Array(INITIAL_CAPACITY);
  #rowOfColumn = new Int32Array(INITIAL_CAPACITY);
  #columnPrice = new Float64Array(INITIAL_CAPACITY);
  /** Length of the shortest path to a column in the current search; Infinity when not reached. */
  #distance = new Float64Array(INITIAL_CAPACITY);
  #previousRow = new Int32Array(INITIAL_CAPACITY);
  /** Columns reached by the current search; the first `#scannedCount` are final. */
  #reached = new Int32Array(INITIAL_CAPACITY);
  #reachedCount = 0;
  #scannedCount = 0;

  /** Starts over with no rows; columns are 0 .. columnCount - 1. */
  begin(columnCount: number): void {
    this.#rowCount = 0;
    this.#pairCount = 0;
    this.#columnCount = columnCount;
    if (columnCount > this.#rowOfColumn.length) {
      const capacity = columnCount * 2;
      this.#rowOfColumn = new Int32Array(capacity);
      this.#columnPrice = new Float64Array(capacity);
      this.#distance = new Float64Array(capacity);
      this.#previousRow = new Int32Array(capacity);
      this.#reached = new Int32Array(capacity);
    }
  }

  /** Begins the next row and returns its index. */
  addRow(): number {
    const row = this.#rowCount++;
    if (this.#rowCount > this.#columnOfRow.length) {
      const capacity = this.#rowCount * 2;
      this.#rowStart = grown(this.#rowStart, new Int32Array(capacity + 1));
      this.#columnOfRow = new Int32Array(capacity);
      this.#rowPrice = new Float64Array(capacity);
    }
    this.#rowStart[row] = this.#pairCount;
    this.#rowStart[row + 1] = this.#pairCount;
    return row;
  }

  /** Allows the newest row to take `column` at `cost`. Throws RangeError for a column or cost that cannot be. */
  addPair(column: number, cost: number): void {
    if (this.#rowCount === 0) throw new RangeError('Expected addRow before addPair');
    if (!(column >= 0 && column < this.#columnCount))
      throw new RangeError(`Expected a column in [0, ${this.#columnCount}), got ${column}`);
    if (!Number.isFinite(cost)) throw new RangeError(`Expected a finite cost, got ${cost}`);
    if (this.#pairCount === this.#pairColumn.length) {
      this.#pairColumn = grown(this.#pairColumn, new Int32Array(this.#pairCount * 2));
      this.#pairCost = grown(this.#pairCost, new Float64Array(this.#pairCount * 2));
    }
    this.#pairColumn[this.#pairCount] = column;
    this.#pairCost[this.#pairCount] = cost;
    this.#pairCount += 1;
    this.#rowStart[this.#rowCount] = this.#pairCount;
  }

  /**
   * Solves it. Entry r of the answer is the column of row r, -1 when it stays alone. The array is a
   * view that the next `begin` makes invalid.
   */
  solve(unmatchedCost: number): Int32Array {
    this.#columnOfRow.fill(NONE, 0, this.#rowCount);
    this.#rowPrice.fill(0, 0, this.#rowCount);
    this.#rowOfColumn.fill(NONE, 0, this.#columnCount);
    this.#columnPrice.fill(0, 0, this.#columnCount);
    this.#distance.fill(Infinity, 0, this.#columnCount);
    for (let row = 0; row < this.#rowCount; row++) this.#placeRow(row, unmatchedCost);
    return this.#columnOfRow.subarray(0, this.#rowCount);
  }

  /**
   * Adds one row to the optimum of the rows before it. Its path ends at a free column, or at a row
   * that is cheapest left alone: think of one private column a row at price `unmatchedCost`.
   */
  #placeRow(startRow: number, unmatchedCost: number): void {
    this.#reachedCount = 0;
    this.#scannedCount = 0;
    let row = startRow;
    let pathCost = 0;
    let aloneRow = NONE;
    let aloneCost = Infinity;
    let freeColumn = NONE;
    for (;;) {
      const costIfAlone = pathCost + unmatchedCost - at(this.#rowPrice, row);
      if (costIfAlone < aloneCost) {
        aloneCost = costIfAlone;
        aloneRow = row;
      }
      this.#reachFrom(row, pathCost);
      const column = this.#scanNearest(aloneCost);
      if (column === NONE) break;
      pathCost = at(this.#distance, column);
      row = at(this.#rowOfColumn, column);
      if (row === NONE) {
        freeColumn = column;
        break;
      }
    }
    this.#updatePrices(startRow, freeColumn === NONE ? aloneCost : pathCost);
    this.#flipPath(startRow, freeColumn, aloneRow);
    for (let i = 0; i < this.#reachedCount; i++) this.#distance[at(this.#reached, i)] = Infinity;
  }

  #reachFrom(row: number, pathCost: number): void {
    const base = pathCost - at(this.#rowPrice, row);
    const end = at(this.#rowStart, row + 1);
    for (let pair = at(this.#rowStart, row); pair < end; pair++) {
      const column = at(this.#pairColumn, pair);
      const distance = base + at(this.#pairCost, pair) - at(this.#columnPrice, column);
      const known = at(this.#distance, column);
      if (distance >= known) continue;
      if (known === Infinity) this.#reached[this.#reachedCount++] = column;
      this.#distance[column] = distance;
      this.#previousRow[column] = row;
    }
  }

  /** Makes the nearest reached column final and returns it; -1 when none is nearer than `limit`. */
  #scanNearest(limit: number): number {
    let nearest = NONE;
    let nearestDistance = limit;
    for (let i = this.#scannedCount; i < this.#reachedCount; i++) {
      const distance = at(this.#distance, at(this.#reached, i));
      if (distance < nearestDistance) {
        nearest = i;
        nearestDistance = distance;
      }
    }
    if (nearest === NONE) return NONE;
    const column = at(this.#reached, nearest);
    this.#reached[nearest] = at(this.#reached, this.#scannedCount);
    this.#reached[this.#scannedCount++] = column;
    return column;
  }

  /** Keeps every reduced cost at or above zero, and zero on chosen pairs. */
  #updatePrices(startRow: number, pathCost: number): void {
    this.#rowPrice[startRow] = at(this.#rowPrice, startRow) + pathCost;
    for (let i = 0; i < this.#scannedCount; i++) {
      const column = at(this.#reached, i);
      const slack = pathCost - at(this.#distance, column);
      this.#columnPrice[column] = at(this.#columnPrice, column) - slack;
      const row = at(this.#rowOfColumn, column);
      if (row !== NONE) this.#rowPrice[row] = at(this.#rowPrice, row) + slack;
    }
  }

  /** Walks the path backwards and moves every row on it to its new column. */
  #flipPath(startRow: number, freeColumn: number, aloneRow: number): void {
    let column = freeColumn;
    if (freeColumn === NONE) {
      column = at(this.#columnOfRow, aloneRow);
      this.#columnOfRow[aloneRow] = NONE;
      if (aloneRow === startRow) return;
    }
    for (;;) {
      const row = at(this.#previousRow, column);
      const vacated = at(this.#columnOfRow, row);
      this.#rowOfColumn[column] = row;
      this.#columnOfRow[row] = column;
      if (row === startRow) return;
      column = vacated;
    }
  }
}

/** Typed-array read at an index the caller knows to be inside. */
function at(values: Float64Array | Int32Array, index: number): number {
  return values[index] ?? 0;
}

function grown<T extends Float64Array | Int32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
