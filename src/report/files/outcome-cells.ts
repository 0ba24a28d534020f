/** Cells that say how the test set came out; curves.csv and single.csv share them. */
import { type CsvRow, float64Text } from "./csv.ts";

/** `accuracy,correct,loss` as text. */
export function outcomeText(correct: number, samples: number, loss: number): string {
  return `${float64Text(correct / samples)},${correct},${float64Text(loss)}`;
}

/** `correct`, which `accuracy` must agree with; fails at the row where it does not. */
export function correctOf(row: CsvRow, samples: number): number {
  const correct = row.uint32("correct", samples);
  if (row.float64("accuracy") !== correct / samples) {
    const expected = `${float64Text(correct / samples)} (${correct} of ${samples} test samples)`;
    row.fail("accuracy contradicts correct", expected, row.text("accuracy"));
  }
  return correct;
}

/** Cross-entropy may be infinite: a network of large weights can give the right class a probability of 0. */
export function lossOf(row: CsvRow): number {
  return row.text("loss") === "Infinity" ? Number.POSITIVE_INFINITY : row.float64("loss");
}
