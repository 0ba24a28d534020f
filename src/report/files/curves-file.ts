/** curves.csv: test accuracy and loss after cumulative removals; one row per curve and evaluated step. */
import {
  type AblationCurve,
  type AblationMode,
  ablationModes,
  type CurveOutcome,
  type RemovalOrder,
} from "../../core/ablation.ts";
import { resultNames } from "../../core/platform.ts";
import { type CsvRow, type CsvTable, csvText, damaged, readCsv, requireHeader } from "./csv.ts";
import { orderKeyColumns, orderKeyText } from "./orders-file.ts";
import { correctOf, lossOf, outcomeText } from "./outcome-cells.ts";

const curvesHeader = [...orderKeyColumns, "mode", "removed", "accuracy", "correct", "loss"];

function* curveLines({ order, mode, samples, removed, correct, loss }: CurveOutcome): Generator<string> {
  const key = `${orderKeyText(order)},${mode}`;
  for (let step = 0; step < removed.length; step++) {
    yield `${key},${removed[step]},${outcomeText(correct[step]!, samples, loss[step]!)}`;
  }
}

export const curvesTable: CsvTable<CurveOutcome> = { header: () => curvesHeader, lines: curveLines };

/** Text of curves.csv in chunks. */
export function curvesCsv(curves: Iterable<CurveOutcome>): Iterable<string> {
  return csvText(curvesTable, curves);
}

/** Rows of one curve while they arrive. */
class CurveColumns {
  readonly order: RemovalOrder;
  readonly mode: AblationMode;
  readonly removed: number[] = [];
  readonly correct: number[] = [];
  readonly loss: number[] = [];
  /** Where the latest row stands. */
  line = 0;

  constructor(order: RemovalOrder, mode: AblationMode) {
    this.order = order;
    this.mode = mode;
  }

  take(row: CsvRow, line: number, samples: number): void {
    this.line = line;
    const last = this.removed.at(-1);
    const removed = row.uint32("removed", this.order.neurons.length);
    if (last === undefined ? removed !== 0 : removed <= last) {
      row.fail("removed is out of order", last === undefined ? "0 first" : `more than ${last}`, String(removed));
    }
    const correct = correctOf(row, samples);
    this.removed.push(removed);
    this.correct.push(correct);
    this.loss.push(lossOf(row));
  }

  toCurve(file: string, samples: number): AblationCurve {
    const { order, mode } = this;
    const last = this.removed.at(-1)!;
    if (last !== order.neurons.length) {
      const expected = `all ${order.neurons.length} neurons of its order removed at the end`;
      throw damaged(file, this.line, "the curve or its order is incomplete", expected, `${last} removed`);
    }
    return {
      order,
      mode,
      samples,
      removed: Uint32Array.from(this.removed),
      correct: Uint32Array.from(this.correct),
      loss: Float64Array.from(this.loss),
    };
  }
}

/** What curves.csv does not say itself. */
interface CurvesContext {
  /** From orders.csv. */
  readonly orders: readonly RemovalOrder[];
  /** Test samples, from study.json (`dataset.test`). */
  readonly samples: number;
}

/**
 * The curves of curves.csv, in the file's order, each with its order out of `orders`.
 * @throws RunError naming file and line: wrong columns or numbers, a curve without an order, steps out of order or
 * missing at the end, an accuracy that is not correct / samples.
 */
export function parseCurvesCsv(
  text: string,
  { orders, samples }: CurvesContext,
  file: string = resultNames.curves,
): AblationCurve[] {
  const ordersByKey = new Map(orders.map((order) => [orderKeyText(order), order]));
  const curves = new Map<string, CurveColumns>();
  let currentKey: string | undefined;
  let current: CurveColumns | undefined;
  const openCurve = (row: CsvRow, key: string): CurveColumns => {
    if (curves.has(key)) row.fail("a curve appears twice", "the rows of a curve together", key);
    const orderKey = row.key(orderKeyColumns.length);
    const order =
      ordersByKey.get(orderKey) ?? row.fail("the curve's order is missing", "a row of orders.csv", orderKey);
    const curve = new CurveColumns(order, row.oneOf("mode", ablationModes));
    curves.set(key, curve);
    return curve;
  };
  readCsv(text, file, (header) => {
    requireHeader(file, header, curvesHeader);
    return (row, line) => {
      const key = row.key(orderKeyColumns.length + 1);
      if (current === undefined || key !== currentKey) {
        current = openCurve(row, key);
        currentKey = key;
      }
      current.take(row, line, samples);
    };
  });
  return [...curves.values()].map((curve) => curve.toCurve(file, samples));
}
