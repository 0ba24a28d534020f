/** Where results come from: what study.json says of it, and what the names of parts say. */
import type { AnyDataset } from "../core/dataset.ts";
import type { MeasuringCost, Provenance } from "../core/study.ts";
import type { Devices } from "../gpu/device/devices.ts";
import { dawnVersion } from "../platform/node/adapters.ts";
import type { PartOrigin } from "../study/part-names.ts";
import { packageVersion } from "./package-version.ts";

/** Who computed what, and how long the stages took. @param costs of evidence */
export function provenanceOf(
  devices: Devices,
  started: Date,
  elapsedMs: Provenance["elapsedMs"],
  costs: readonly MeasuringCost[],
): Provenance {
  return {
    package: packageVersion(),
    node: process.version,
    dawn: dawnVersion,
    adapter: devices.current.facts,
    tiles: devices.current.tiles,
    started: started.toISOString(),
    elapsedMs,
    ...(costs.length > 0 && { costs }),
  };
}

/** @param dataset with its inputs as the networks take them */
export function partOriginOf(devices: Devices, dataset: AnyDataset): PartOrigin {
  const { facts, tiles } = devices.current;
  return { package: packageVersion(), dawn: dawnVersion, adapter: facts, tiles, dataset };
}
