/** A table of four features and two classes, for the networks of test/models/fixtures. */
import { testRandom } from "./networks.ts";

/** The class is whether the first feature is the larger of the first two. @param columns names of the columns, the class last */
export function tableText(
  rows: number,
  columns: readonly string[] = ["a", "b", "c", "d", "label"],
  delimiter = ",",
): string {
  const random = testRandom(17);
  const lines = Array.from({ length: rows }, () => {
    const features = Array.from({ length: 4 }, () => random.nextUnit().toFixed(3));
    return [...features, Number(features[0]!) > Number(features[1]!) ? "left" : "right"].join(delimiter);
  });
  return `${[columns.join(delimiter), ...lines].join("\n")}\n`;
}
