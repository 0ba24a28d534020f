/** A node of an ONNX graph on the way of the value, and how operators ask for what is at hand there. */
import type { Refuse } from "../refuse.ts";
import type { Walk } from "./flow.ts";
import type { Constant } from "./onnx-constants.ts";
import { type AttributeMessage, attributeTypes, type NodeMessage } from "./onnx-schema.ts";
import type { Extents } from "./shape-values.ts";

/** A node on the way, and what is at hand there. */
export interface Stop {
  readonly node: NodeMessage;
  /** For messages: `Gemm /fc1/Gemm`. */
  readonly label: string;
  readonly walk: Walk;
  /** Which of the node's inputs the value is. */
  readonly position: number;
  /** Constants at the other inputs; undefined at the value's own and where an input is left out. */
  readonly constants: readonly (Constant | undefined)[];
  /** What was computed from shapes of the value, by name. */
  readonly shapes: ReadonlyMap<string, Extents>;
  readonly opset: number;
  readonly refuse: Refuse;
}

export type Operator = (stop: Stop) => Walk;

/** Attributes by name; one that the operator does not have here could change its meaning. */
export function attributesOf({ node, label, refuse }: Stop, allowed: readonly string[]): Map<string, AttributeMessage> {
  for (const { name } of node.attribute) {
    if (name !== undefined && allowed.includes(name)) continue;
    const expected = allowed.length === 0 ? "no attributes" : allowed.join(", ");
    refuse({ what: `${label} has an attribute that is not understood`, expected, found: String(name) });
  }
  return new Map(node.attribute.map((attribute) => [attribute.name!, attribute]));
}

export function numberOf(stop: Stop, attributes: Map<string, AttributeMessage>, name: string, usual: number): number {
  const attribute = attributes.get(name);
  if (attribute === undefined) return usual;
  const value = attribute.type === attributeTypes.int ? attribute.i : attribute.f;
  return value ?? misunderstood(stop, `a number for ${name}`, "none");
}

export function misunderstood({ label, refuse }: Stop, expected: string, found: string): never {
  return refuse({ what: `${label} is not understood here`, expected, found });
}

/** The one other input, a constant. */
export function constantBeside(stop: Stop): Constant {
  const [constant, another] = stop.constants.filter((input) => input !== undefined);
  if (stop.node.input.length === 2 && constant !== undefined && another === undefined) return constant;
  return misunderstood(stop, "the value and one constant", `inputs ${stop.node.input.join(", ")}`);
}

export function requireAlone(stop: Stop): void {
  if (stop.node.input.length !== 1) misunderstood(stop, "one input", `inputs ${stop.node.input.join(", ")}`);
}
