/** Which form of the products' kernels a command uses: what the user asks for, what was measured before, or measured now. */
import type { Command } from "commander";
import { Option } from "commander";
import { UsageError } from "../core/errors.ts";
import { everyProduct, products, type TileForm, type TileForms, tileForms } from "../core/tiles.ts";
import { type Calibration, calibrate } from "../gpu/calibration.ts";
import { availableForms, type GpuContext, withTiles } from "../gpu/context.ts";
import { dawnVersion } from "../platform/node/adapters.ts";
import { readCalibration, writeCalibration } from "../platform/node/tiles-cache.ts";
import { oneOf } from "./option-values.ts";
import { packageVersion } from "./package-version.ts";

const choices = [...tileForms, "auto"] as const;
export type TileOption = (typeof choices)[number];

/** Stands in for the option where that is not given; for tests, whose results must not depend on a measurement. */
const VARIABLE = "GPU_IMPORTANCE_TILES";

export interface TileChoice {
  /** The device with the chosen forms. */
  readonly gpu: GpuContext;
  readonly source: "forced" | "cached" | "measured";
  /** Undefined where the choice was forced. */
  readonly milliseconds: Calibration["milliseconds"] | undefined;
  /** Where the cache was of no use though it should have been. */
  readonly notes: readonly string[];
}

/** Adds `--tiles`. */
export function addTilesOption(command: Command): Command {
  // No default of commander's: the variable stands in for an option that is not given.
  const help = "products' kernels: plain, subgroup, shared; auto measures once (default: auto)";
  return command.addOption(new Option("--tiles <form>", help).argParser(oneOf(choices)));
}

/** @throws UsageError where the adapter cannot run the form that is asked for. */
export async function chooseTiles(gpu: GpuContext, option: TileOption | undefined): Promise<TileChoice> {
  const asked = option ?? askedByEnvironment() ?? "auto";
  if (asked !== "auto") return forced(gpu, asked, option === undefined ? VARIABLE : "--tiles");
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
  const known = choices.find((choice) => choice === value);
  if (known !== undefined) return known;
  throw new UsageError({
    what: "no such form of kernels",
    where: VARIABLE,
    expected: choices.join(", "),
    found: value,
  });
}

function forced(gpu: GpuContext, form: TileForm, where: string): TileChoice {
  const possible = availableForms(gpu);
  if (!possible.includes(form)) {
    throw new UsageError({
      what: `this adapter has no ${form} kernels`,
      where,
      expected: `${possible.join(", ")} or auto`,
      found: gpu.facts.description,
      fix: "subgroup kernels are for subgroups of exactly 4 or 8 lanes, as software adapters have them",
    });
  }
  return { gpu: withTiles(gpu, everyProduct(form)), source: "forced", milliseconds: undefined, notes: [] };
}

function canRun(gpu: GpuContext, tiles: TileForms): boolean {
  return products.every((name) => availableForms(gpu).includes(tiles[name]));
}

const sources = {
  forced: "as asked for",
  cached: "measured before",
  measured: "measured now, and kept for this adapter",
} as const;

/** `subgroup tiles (measured before)`; by product where they differ. */
export function describeTiles({ gpu: { tiles }, source }: TileChoice): string {
  const forms = new Set(Object.values(tiles));
  const [only] = forms;
  const names = forms.size === 1 ? `${only} tiles` : products.map((name) => `${name} ${tiles[name]}`).join(", ");
  return `${names} (${sources[source]})`;
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
