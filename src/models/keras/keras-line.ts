/** Whether the layers of a functional Keras model form one line, in the order in which they are listed. */
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

/** @throws RunError where a layer takes anything but the layer before it. */
export function requireLine(layers: readonly KerasLayer[], refuse: Refuse): void {
  for (const [index, { config, class_name, inbound_nodes }] of layers.entries()) {
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
