/** The files of a TensorFlow.js layers model. */
import type { Network } from "../../src/core/network.ts";
import type { ModelFiles } from "../../src/models/model-reader.ts";
import { modelFiles } from "./model-files.ts";
import { type TfjsParts, tfjsParts } from "./tfjs-parts.ts";

/** model.json with its weights in two shards, the first of 10 bytes. */
export function tfjsFiles(network: Network, change: (parts: TfjsParts) => TfjsParts = (parts) => parts): ModelFiles {
  const { json, weights } = change(tfjsParts(network));
  const shards = { "first.bin": weights.subarray(0, 10), "second.bin": weights.subarray(10) };
  return modelFiles("model.json", new TextEncoder().encode(JSON.stringify(json)), shards);
}
