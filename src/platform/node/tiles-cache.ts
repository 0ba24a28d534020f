/** Keeps which form of each product's kernel suits an adapter, so that it is measured once for a driver and a version. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { AdapterFacts } from "../../core/study.ts";
import { type Product, products, type TileForm, type TileForms, tileForms } from "../../core/tiles.ts";
import { writeCacheFile } from "./cache-file.ts";
import { cacheFolder, cacheNote } from "./cache-folder.ts";

/** What a calibration found; src/tuning/calibration.ts makes it. */
interface KeptCalibration {
  readonly tiles: TileForms;
  readonly milliseconds: Readonly<Record<Product, Readonly<Partial<Record<TileForm, number>>>>>;
}

/** What a calibration depends on. The adapter's facts hold its driver: Dawn names it in the description. */
export interface CalibrationKey {
  readonly package: string;
  readonly dawn: string;
  readonly adapter: AdapterFacts;
}

const fileSchema = z.object({
  key: z.unknown(),
  tiles: z.record(z.enum(products), z.enum(tileForms)),
  milliseconds: z.record(z.enum(products), z.partialRecord(z.enum(tileForms), z.number().min(0))),
});

function keyText({ package: version, dawn, adapter }: CalibrationKey): string {
  const { vendor, architecture, device, description, backend } = adapter;
  return JSON.stringify({ package: version, dawn, vendor, architecture, device, description, backend });
}

function pathFor(key: CalibrationKey, folder: string): string {
  const digest = createHash("sha256").update(keyText(key)).digest("hex").slice(0, 16);
  return join(folder, `tiles-${digest}.json`);
}

/**
 * What was kept for this adapter; undefined where there is nothing, or nothing that can be used.
 * @param notes is told why a file that is there is of no use
 */
export async function readCalibration(
  key: CalibrationKey,
  notes: string[],
  folder?: string,
): Promise<KeptCalibration | undefined> {
  let path: string;
  let text: string;
  try {
    path = pathFor(key, folder ?? cacheFolder());
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") notes.push(cacheNote("cache not read", error));
    return undefined;
  }
  const kept = parsed(text);
  // The name is a digest, so the key is compared as well.
  if (kept !== undefined && JSON.stringify(kept.key) === keyText(key)) return kept as KeptCalibration;
  notes.push(`cache was damaged and is made anew: ${path}`);
  return undefined;
}

function parsed(text: string): z.infer<typeof fileSchema> | undefined {
  try {
    return fileSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // The caller reports it: text that is no JSON and JSON of another shape have the same cure.
    return undefined;
  }
}

/** Keeps a calibration. @param notes is told where that fails */
export async function writeCalibration(
  key: CalibrationKey,
  { tiles, milliseconds }: KeptCalibration,
  notes: string[],
  folder?: string,
): Promise<void> {
  const content = { key: JSON.parse(keyText(key)), tiles, milliseconds };
  try {
    await writeCacheFile(pathFor(key, folder ?? cacheFolder()), `${JSON.stringify(content, null, 2)}\n`);
  } catch (error) {
    notes.push(cacheNote("cache not written, so the next run measures again", error));
  }
}
