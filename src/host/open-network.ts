/** Opens a network by the path of its file or folder. */
import type { ReadOptions } from "../models/model-reader.ts";
import { type OpenedNetwork, openNetworkOf } from "../models/open-network.ts";
import { openModelFiles } from "../platform/node/model-files.ts";

/** @throws RunError where the file is missing, damaged, or not a network that can be measured. */
export async function openNetwork(path: string, options: ReadOptions = {}): Promise<OpenedNetwork> {
  return openNetworkOf(await openModelFiles(path), path, options);
}
