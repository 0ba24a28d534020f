/**
 * The probabilities of two classes that are made of one: skl2onnx writes the sigmoid p of a scikit-learn classifier as
 * [1 - p, p]. The second class is the one that p is of, as with one output.
 */
import type { Constant } from "./onnx-constants.ts";
import type { NodeMessage } from "./onnx-schema.ts";

interface Complement {
  readonly nodes: readonly NodeMessage[];
  /** [1 - p, p]. */
  readonly value: string;
}

/**
 * @param users of each value: the nodes that read it
 * @returns undefined where the value is not read in this way alone
 */
export function complementOf(
  value: string,
  users: ReadonlyMap<string, readonly NodeMessage[]>,
  constants: ReadonlyMap<string, Constant>,
): Complement | undefined {
  const readers = users.get(value) ?? [];
  const rest = readers.find(({ opType }) => opType === "Sub");
  const pair = readers.find(({ opType }) => opType === "Concat");
  if (rest === undefined || pair === undefined || readers.length !== 2) return undefined;
  const other = rest.output[0] ?? "";
  const one = constants.get(rest.input[0] ?? "")?.values;
  const isRest = rest.input.length === 2 && rest.input[1] === value && one?.length === 1 && one[0] === 1;
  const [axis, another] = pair.attribute;
  const alongClasses = axis?.name === "axis" && (axis.i === 1 || axis.i === -1) && another === undefined;
  const isPair = pair.input.join() === [other, value].join() && alongClasses && users.get(other)?.length === 1;
  return isRest && isPair ? { nodes: [rest, pair], value: pair.output[0] ?? "" } : undefined;
}
