/** What study.json says of where results come from. */
import type { Provenance } from "../core/study.ts";
import type { Devices } from "../gpu/device/devices.ts";
import { dawnVersion } from "../platform/node/adapters.ts";
import { packageVersion } from "./package-version.ts";

/** Who computed what, and how long the stages took. */
export function provenanceOf(devices: Devices, started: Date, elapsedMs: Provenance["elapsedMs"]): Provenance {
  return {
    package: packageVersion(),
    node: process.version,
    dawn: dawnVersion,
    adapter: devices.current.facts,
    tiles: devices.current.tiles,
    started: started.toISOString(),
    elapsedMs,
  };
}
