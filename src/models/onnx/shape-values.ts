/**
 * Shapes that a graph computes from the value on its way: exporters write `x.view(x.size(0), -1)` as Shape, Gather, Unsqueeze,
 * Concat and Reshape. They are short lists of whole numbers, of which the batch may be open.
 */
import type { Flow } from "./flow.ts";
import type { Constant } from "./onnx-constants.ts";
import { dataTypes, type NodeMessage } from "./onnx-schema.ts";

/** Stands for a number of samples that the file leaves open. */
export const BATCH = "batch";

/** Numbers of a shape, or some of them; a single number is a list, too. */
export type Extents = readonly (number | typeof BATCH)[];

interface ComputedShapes {
  /** By name of the value. */
  readonly shapes: ReadonlyMap<string, Extents>;
  /** The nodes that compute them. */
  readonly nodes: readonly NodeMessage[];
}

/** Attributes of a node that is understood, by name; undefined where there is one that is not in `allowed`. */
function numbersOf({ attribute }: NodeMessage, allowed: readonly string[]): ReadonlyMap<string, number> | undefined {
  const known = attribute.every(({ name = "", i }) => allowed.includes(name) && i !== undefined);
  return known ? new Map(attribute.map(({ name, i }) => [name!, i!])) : undefined;
}

function shapeOf(node: NodeMessage, { orientation, batch, sample }: Flow): Extents | undefined {
  const said = numbersOf(node, ["start", "end"]);
  if (said === undefined || orientation !== "rows" || sample === undefined) return undefined;
  const extents: Extents = [batch ?? BATCH, ...sample];
  return extents.slice(said.get("start") ?? 0, said.get("end"));
}

type Combination = (node: NodeMessage, operands: readonly Extents[]) => Extents | undefined;

/** Scalars and lists of one number are the same here, so that these change nothing. */
const same: Combination = (_, [list]) => list;

/** Along the one dimension that a shape has. */
function alongIt(node: NodeMessage): boolean {
  const axis = numbersOf(node, ["axis"])?.get("axis");
  return node.attribute.length === 0 || axis === 0 || axis === -1;
}

const combinations: Readonly<Record<string, Combination>> = {
  Identity: same,
  Unsqueeze: same,
  Squeeze: (_, [list]) => (list!.length === 1 ? list : undefined),
  Reshape: (_, [list, target]) => (target?.length === 1 ? list : undefined),
  Cast: (node, [list]) => {
    const to = numbersOf(node, ["to"])?.get("to");
    return to === dataTypes.int64 || to === dataTypes.int32 ? list : undefined;
  },
  Gather: (node, [list, indices]) => {
    const picked = indices?.map((index) => (typeof index === "number" ? list!.at(index) : undefined));
    const found = picked?.filter((extent) => extent !== undefined);
    return alongIt(node) && found?.length === indices?.length ? found : undefined;
  },
  Slice: (node, [list, starts, ends, axes = [0], steps = [1]]) => {
    const [start, end] = [starts?.[0], ends?.[0]];
    const plain = axes.join() === "0" && steps.join() === "1" && node.attribute.length === 0;
    return plain && typeof start === "number" && typeof end === "number" ? list!.slice(start, end) : undefined;
  },
  Concat: (node, lists) => (alongIt(node) ? lists.flat() : undefined),
  Mul: (_, [left, right]) => {
    const [a, b] = [left?.[0], right?.[0]];
    const single = left?.length === 1 && right?.length === 1;
    return single && typeof a === "number" && typeof b === "number" ? [a * b] : undefined;
  },
};

/** A constant in at most one dimension, as a list. */
function listOf(constant: Constant | undefined): Extents | undefined {
  return constant === undefined || constant.shape.length > 1 ? undefined : Array.from(constant.values);
}

function combined(
  { opType = "", domain = "", input, output, ...node }: NodeMessage,
  shapes: ReadonlyMap<string, Extents>,
  constants: ReadonlyMap<string, Constant>,
): Extents | undefined {
  const standard = ["", "ai.onnx"].includes(domain) && output.length === 1;
  if (!standard || !Object.hasOwn(combinations, opType)) return undefined;
  const operands = input.map((name) => shapes.get(name) ?? listOf(constants.get(name)));
  const lists = operands.filter((operand) => operand !== undefined);
  if (lists.length !== operands.length) return undefined;
  return combinations[opType]!({ ...node, opType, domain, input, output }, lists);
}

/**
 * All that the graph computes from the shape of one value.
 * @param users of each value: the nodes that read it
 */
export function computedShapes(
  value: string,
  flow: Flow,
  users: ReadonlyMap<string, readonly NodeMessage[]>,
  constants: ReadonlyMap<string, Constant>,
): ComputedShapes {
  const shapes = new Map<string, Extents>();
  const nodes: NodeMessage[] = [];
  const take = (node: NodeMessage, extents: Extents | undefined) => {
    if (extents === undefined || nodes.includes(node)) return;
    nodes.push(node);
    shapes.set(node.output[0]!, extents);
  };
  for (const node of users.get(value) ?? []) {
    if (node.opType === "Shape" && node.output.length === 1) take(node, shapeOf(node, flow));
  }
  // A node is tried again when another of its inputs is known: `shapes` grows while it is walked.
  for (const name of shapes.keys()) {
    for (const node of users.get(name) ?? []) take(node, combined(node, shapes, constants));
  }
  return { shapes, nodes };
}
