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

/**
 * How many samples the outcomes of a table are out of: correct / accuracy in the first row where anything is correct.
 * Undefined where there is no such row. Looks no further than that row, and leaves it to the parser to find damage.
 */
export function samplesOf(text: string): number | undefined {
  const header = text.slice(0, text.indexOf("\n")).split(",");
  const [accuracyColumn, correctColumn] = [header.indexOf("accuracy"), header.indexOf("correct")];
  for (let start = text.indexOf("\n") + 1; start > 0 && start < text.length; ) {
    const end = text.indexOf("\n", start);
    const cells = text.slice(start, end === -1 ? undefined : end).split(",");
    const samples = Math.round(Number(cells[correctColumn]) / Number(cells[accuracyColumn]));
    if (samples > 0 && Number.isFinite(samples)) return samples;
    start = end + 1;
  }
  return undefined;
}
