/** Reads a network that a visitor dropped, in any format that the command line reads. Fetched when it is needed. */
import { layerActivation } from "../../src/core/activation.ts";
import { RunError } from "../../src/core/errors.ts";
import type { ReadOptions } from "../../src/models/model-reader.ts";
import { type OpenedNetwork, openNetworkOf } from "../../src/models/open-network.ts";
import { isMeantAsNetwork } from "../../src/models/read-model.ts";
import type { GivenFile } from "../../src/platform/browser/given-files.ts";
import { givenModel } from "../../src/platform/browser/given-folder.ts";
import { isArchive, nameOf, networkPaths, notReadable } from "./given-kind.ts";
import type { ReadingOptions } from "./protocol.ts";

export interface GivenNetwork extends OpenedNetwork {
  readonly label: string;
}

function readOptionsOf({ activation, weightsLayout, normalize }: ReadingOptions): ReadOptions {
  return {
    ...(activation !== undefined && { activation: layerActivation(activation) }),
    ...(weightsLayout !== undefined && { weightsLayout }),
    ...(normalize !== undefined && { normalize }),
  };
}

/** @throws RunError where there are several networks or none that is known; else as `openNetworkOf` */
export async function readGivenNetwork(files: readonly GivenFile[], options: ReadingOptions): Promise<GivenNetwork> {
  const paths = files.map(({ path }) => path);
  const known = [...networkPaths(paths), ...paths.filter(isArchive)];
  const [path, ...others] = known.length > 0 ? known : paths;
  if (path === undefined || others.length > 0) throw severalNetworks(known.map(nameOf));
  const model = await givenModel(files, path);
  if (!isMeantAsNetwork(model)) throw notReadable([model.name]);
  return { label: model.name, ...(await openNetworkOf(model, model.name, readOptionsOf(options))) };
}

function severalNetworks(names: readonly string[]): RunError {
  return new RunError({
    what: "there are several networks",
    where: names.slice(0, 3).join(", ") + (names.length > 3 ? `, ... (${names.length} files)` : ""),
    expected: "one at a time",
    fix: "drop one of them",
  });
}
