/** Whether the layers of a functional Keras model form one line, in the order in which they are listed. */
import { appendAll } from "../../core/long-arrays.ts";
import type { Refuse } from "../refuse.ts";
import type { KerasLayer } from "./keras-place.ts";

/**
 * Names of the layers whose outputs a layer takes: in Keras 2 `[["dense", 0, 0, {}]]`, in Keras 3 the `keras_history` of its
 * tensors. A work list instead of recursion, because a hostile file can nest deeper than the stack.
 */
function sourcesOf(inboundNodes: unknown): string[] {
  const sources: string[] = [];
  const left: unknown[] = [inboundNodes];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== "object" || value === null) continue;
    const isHistory = Array.isArray(value) && typeof value[0] === "string" && value.slice(1, 3).every(Number.isInteger);
    if (isHistory) sources.push(String(value[0]));
    else for (const part of Object.values(value)) left.push(part);
  }
  return sources;
}

/** Options that a layer may be called with, at which it does what it does outside training. */
const USUAL_CALLS: Readonly<Record<string, readonly unknown[]>> = { training: [false, null], mask: [null] };

/** Options beside the tensors that a layer is called with: the fourth of a history, or `kwargs`. */
function callsOf(inboundNodes: unknown): readonly (readonly [string, unknown])[] {
  const calls: (readonly [string, unknown])[] = [];
  const left: unknown[] = [inboundNodes];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== "object" || value === null) continue;
    const isHistory = Array.isArray(value) && typeof value[0] === "string" && value.slice(1, 3).every(Number.isInteger);
    const options: unknown = isHistory ? value[3] : "kwargs" in value ? value.kwargs : undefined;
    if (typeof options === "object" && options !== null) appendAll(calls, Object.entries(options));
    if (!isHistory) appendAll(left, Object.values(value));
  }
  return calls;
}

/** @throws RunError where a layer is told to do as in training, or something else that it does not do by itself. */
function requireUsualCall({ config, class_name, inbound_nodes }: KerasLayer, refuse: Refuse): void {
  const other = callsOf(inbound_nodes).find(([name, value]) => USUAL_CALLS[name]?.includes(value) !== true);
  if (other === undefined) return;
  const what = `the layer ${config.name ?? class_name} is called with ${other[0]}`;
  refuse({ what, expected: "no options, as outside training", found: JSON.stringify(other[1]) ?? "nothing" });
}

/** The outputs that a functional model names: `["dense", 0, 0]`, or a list of such. */
export function requireLastOutput(layers: readonly KerasLayer[], outputs: unknown, refuse: Refuse): void {
  const last = layers.at(-1)?.config.name;
  const named = sourcesOf(outputs);
  if (outputs === undefined || (named.length === 1 && named[0] === last)) return;
  refuse({ what: "the model has other outputs than its last layer", expected: String(last), found: named.join(", ") });
}

/** @throws RunError where a layer takes anything but the layer before it. */
export function requireLine(layers: readonly KerasLayer[], refuse: Refuse): void {
  for (const [index, layer] of layers.entries()) {
    const { config, class_name, inbound_nodes } = layer;
    requireUsualCall(layer, refuse);
    const before = layers[index - 1]?.config.name;
    const sources = sourcesOf(inbound_nodes);
    const wanted = before === undefined ? [] : [before];
    if (sources.length === wanted.length && sources[0] === wanted[0]) continue;
    refuse({
      what: `the layer ${config.name ?? class_name} is not in line`,
      expected: before === undefined ? "an input layer first" : `input from ${before} alone`,
      found: sources.join(", ") || "no input",
    });
  }
}
