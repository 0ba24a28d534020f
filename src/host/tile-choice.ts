/**
 * Which form of the products' kernels a command uses: what the user asks for; on software adapters, what such an adapter
 * always takes; on GPUs, what was measured before, or is measured now.
 */
import { UsageError } from "../core/errors.ts";
import { EACH_TILE, parseTiles, products, type TileForm, type TileForms, tileForms, tilesText } from "../core/tiles.ts";
import { availableForms, type GpuContext, withTiles } from "../gpu/device/context.ts";
import { dawnVersion } from "../platform/node/adapters.ts";
import { readCalibration, writeCalibration } from "../platform/node/tiles-cache.ts";
import { type Calibration, calibrate } from "../tuning/calibration.ts";
import { packageVersion } from "./package-version.ts";

export type TileOption = TileForms | "auto";

/** Stands in for the option where that is not given. */
const VARIABLE = "GPU_IMPORTANCE_TILES";

export interface TileChoice {
  /** The device with the chosen forms. */
  readonly gpu: GpuContext;
  readonly source: "forced" | "fixed" | "cached" | "measured";
  /** Undefined where nothing was measured. */
  readonly milliseconds: Calibration["milliseconds"] | undefined;
  /** Where the cache was of no use though it should have been. */
  readonly notes: readonly string[];
}

/** What the option may be. */
export const EXPECTED_TILES = `${tileForms.join(", ")}, auto, or a form for each: ${EACH_TILE}`;

/** @returns undefined where the text says none */
export function tileOption(text: string): TileOption | undefined {
  return text === "auto" ? text : parseTiles(text);
}

/** @throws UsageError where the adapter cannot run the forms that are asked for. */
export async function chooseTiles(gpu: GpuContext, option: TileOption | undefined): Promise<TileChoice> {
  const asked = option ?? askedByEnvironment() ?? "auto";
  if (asked !== "auto") return forced(gpu, asked, option === undefined ? VARIABLE : "--tiles");
  // The device came with them.
  if (gpu.facts.software) return { gpu, source: "fixed", milliseconds: undefined, notes: [] };
  const key = { package: packageVersion(), dawn: dawnVersion, adapter: gpu.facts };
  const notes: string[] = [];
  const kept = await readCalibration(key, notes);
  if (kept !== undefined && canRun(gpu, kept.tiles))
    return { gpu: withTiles(gpu, kept.tiles), source: "cached", milliseconds: kept.milliseconds, notes };
  const { tiles, milliseconds } = await calibrate(gpu, () => performance.now());
  await writeCalibration(key, { tiles, milliseconds }, notes);
  return { gpu: withTiles(gpu, tiles), source: "measured", milliseconds, notes };
}

function askedByEnvironment(): TileOption | undefined {
  const value = process.env[VARIABLE];
  if (value === undefined || value === "") return undefined;
  const known = tileOption(value);
  if (known !== undefined) return known;
  throw new UsageError({ what: "no such form of kernels", where: VARIABLE, expected: EXPECTED_TILES, found: value });
}

function forced(gpu: GpuContext, tiles: TileForms, where: string): TileChoice {
  const possible = availableForms(gpu);
  const impossible = products.map((name) => tiles[name]).find((form) => !possible.includes(form));
  if (impossible !== undefined) {
    throw new UsageError({
      what: `this adapter has no ${impossible} kernels`,
      where,
      expected: `${possible.join(", ")} or auto`,
      found: gpu.facts.description,
      fix: "subgroup kernels are for subgroups of exactly 4 or 8 lanes, as software adapters have them",
    });
  }
  return { gpu: withTiles(gpu, tiles), source: "forced", milliseconds: undefined, notes: [] };
}

function canRun(gpu: GpuContext, tiles: TileForms): boolean {
  return products.every((name) => availableForms(gpu).includes(tiles[name]));
}

const sources = {
  forced: "as asked for",
  fixed: "as always on this software adapter",
  cached: "measured before",
  measured: "measured now, and kept for this adapter",
} as const;

/** `subgroup tiles (measured before)`; by product, as `--tiles` takes it, where they differ. */
export function describeTiles({ gpu: { tiles }, source }: TileChoice): string {
  const [first, ...others] = new Set(Object.values(tiles));
  return `${others.length === 0 ? `${first} tiles` : tilesText(tiles)} (${sources[source]})`;
}

/** A line for each product: times of the forms in units of the chosen one's. */
export function tileLines({ gpu: { tiles }, milliseconds }: TileChoice): string[] {
  return products.map((name) => {
    const times = milliseconds?.[name] ?? {};
    const own = times[tiles[name]];
    const others = (Object.keys(times) as TileForm[])
      .filter((form) => form !== tiles[name])
      .map((form) => `${form} takes ${(times[form]! / own!).toFixed(1)} times as long`);
    return `  ${name.padEnd(19)}${tiles[name].padEnd(10)}${others.join(", ")}`.trimEnd();
  });
}
