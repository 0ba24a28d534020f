/**
 * Finds SwiftShader, a Vulkan driver that computes on the CPU, without root rights or system packages: the optional
 * dependency `@sparticuz/chromium` carries it packed, and an installed Chrome or Chromium has it beside its binary.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { atEnd } from "./at-end.ts";
import { writeCacheFile } from "./cache-file.ts";
import { cacheFolder } from "./cache-folder.ts";
import { makeFolder } from "./make-folder.ts";
import { sweepTemporary, temporaryName } from "./temporary.ts";

/** Absolute paths of the three files that make a Vulkan implementation. */
export interface SwiftShaderFiles {
  /** The driver. */
  readonly library: string;
  /** The Vulkan loader of the same build, for systems without `libvulkan.so.1`. */
  readonly loader: string;
  /** The manifest that leads the loader to the driver: a value for VK_DRIVER_FILES. */
  readonly icd: string;
}

/** Why something is not to be had here; one clause, fit for a message. */
export interface Unavailable {
  readonly unavailable: string;
}

const packageName = "@sparticuz/chromium";
const fileNames = {
  library: "libvk_swiftshader.so",
  loader: "libvulkan.so.1",
  icd: "vk_swiftshader_icd.json",
} as const;
/** Of libraries that are loaded. */
const LIBRARY_MODE = 0o755;
/** Written last, so that it vouches for the others: file name to SHA-256. */
const manifestName = "contents.json";

const chromeFolders = [
  "/opt/google/chrome",
  "/opt/google/chrome-beta",
  "/opt/google/chrome-unstable",
  "/usr/lib/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium",
  "/usr/lib64/chromium-browser",
  "/opt/chromium.org/chromium",
  "/snap/chromium/current/usr/lib/chromium-browser",
  "/opt/microsoft/msedge",
];

/** The reason why SwiftShader cannot be had on a platform, or undefined where it can. */
export function swiftShaderPlatformProblem(
  platform: NodeJS.Platform = process.platform,
  arch: NodeJS.Architecture = process.arch,
): string | undefined {
  if (platform === "linux" && arch === "x64") return undefined;
  return `SwiftShader comes packed for x86-64 Linux only, and this is ${platform} on ${arch}`;
}

function filesIn(folder: string): SwiftShaderFiles {
  return {
    library: join(folder, fileNames.library),
    loader: join(folder, fileNames.loader),
    icd: join(folder, fileNames.icd),
  };
}

/** SwiftShader beside an installed Chrome, Chromium or Edge: the first of `folders` that has all three files. */
export function chromeSwiftShader(folders: readonly string[] = chromeFolders): SwiftShaderFiles | Unavailable {
  const problem = swiftShaderPlatformProblem();
  if (problem !== undefined) return { unavailable: problem };
  for (const folder of folders) {
    const files = filesIn(folder);
    if (Object.values(files).every((path) => existsSync(path))) return files;
  }
  return { unavailable: "no Chrome or Chromium with SwiftShader in the usual folders" };
}

/** SwiftShader out of `@sparticuz/chromium`, unpacked on first use into the user's cache folder. */
export async function embeddedSwiftShader(): Promise<SwiftShaderFiles | Unavailable> {
  const problem = swiftShaderPlatformProblem();
  if (problem !== undefined) return { unavailable: problem };
  let archive: { readonly path: string; readonly version: string };
  try {
    archive = await findArchive();
  } catch (error) {
    return { unavailable: `the optional package ${packageName} is not usable: ${messageOf(error)}` };
  }
  try {
    return await unpackSwiftShader(archive.path, join(cacheFolder(), `swiftshader-${archive.version}`));
  } catch (cacheError) {
    try {
      return await unpackSwiftShader(archive.path, temporaryFolder());
    } catch (error) {
      return {
        unavailable: `${packageName} could not be unpacked: ${messageOf(cacheError)}; then ${messageOf(error)}`,
      };
    }
  }
}

/**
 * Unpacks the archive into `folder` unless its intact contents are there, and returns where they lie.
 *
 * Each file is written under a name of its own and then renamed over the old one. So at every moment each file is
 * absent, or whole: processes that unpack or repair side by side write the same bytes and never meet half a library,
 * and one that has loaded the old file keeps it. (Renaming a whole folder would leave a gap while replacing it.)
 */
export async function unpackSwiftShader(archive: string, folder: string): Promise<SwiftShaderFiles> {
  const files = filesIn(folder);
  if (await isIntact(folder)) return files;
  const contents = readTar(await promisify(brotliDecompress)(await readFile(archive)));
  await makeFolder(folder, 0o700);
  const hashes: Record<string, string> = {};
  for (const name of Object.values(fileNames)) {
    const bytes = contents.get(name);
    if (bytes === undefined) throw new Error(`${archive} does not contain ${name}`);
    hashes[name] = sha256(bytes);
    await writeCacheFile(join(folder, name), bytes, LIBRARY_MODE);
  }
  await writeCacheFile(join(folder, manifestName), JSON.stringify(hashes));
  return files;
}

/** Whether every file is there and has the bytes it was written with. Reads 7 MB: about 15 ms. */
async function isIntact(folder: string): Promise<boolean> {
  try {
    const hashes: Record<string, unknown> = JSON.parse(await readFile(join(folder, manifestName), "utf8"));
    for (const name of Object.values(fileNames)) {
      if (sha256(await readFile(join(folder, name))) !== hashes[name]) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * A tar archive's regular files by name. Twenty lines of our own, because the package's `inflate` writes to fixed names
 * in the temporary folder, not atomically, and takes whatever lies there for its own; and its tar library is not ours.
 */
export function readTar(archive: Uint8Array): Map<string, Uint8Array> {
  const block = 512;
  const text = (from: number, length: number) =>
    new TextDecoder().decode(archive.subarray(from, from + length)).replace(/\0.*$/s, "");
  const files = new Map<string, Uint8Array>();
  for (let header = 0; header + block <= archive.length && archive[header] !== 0; ) {
    const size = Number.parseInt(text(header + 124, 12), 8);
    const start = header + block;
    if (text(header + 257, 5) !== "ustar" || !Number.isFinite(size) || start + size > archive.length) {
      throw new Error(`damaged tar archive: no valid entry at byte ${header}`);
    }
    const type = text(header + 156, 1);
    if (type === "" || type === "0") files.set(text(header, 100), archive.subarray(start, start + size));
    header = start + Math.ceil(size / block) * block;
  }
  return files;
}

/** Where the packed SwiftShader lies, and the version of its package. Throws where it is not installed. */
export async function findArchive(): Promise<{ readonly path: string; readonly version: string }> {
  // The package exports its entry alone, so its root is found by walking up from there. The entry is not imported:
  // it changes environment variables when loaded.
  let folder = dirname(createRequire(import.meta.url).resolve(packageName));
  while (!(await isPackageRoot(folder))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json of ${packageName} above its entry`);
    folder = parent;
  }
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { version: string };
  return { path: join(folder, "bin", "swiftshader.tar.br"), version };
}

async function isPackageRoot(folder: string): Promise<boolean> {
  try {
    const parsed = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { name?: unknown };
    return parsed.name === packageName;
  } catch {
    return false;
  }
}

let processFolder: string | undefined;

/** A folder of this process alone, gone at exit: a shared name under /tmp could hold another user's library. */
function temporaryFolder(): string {
  if (processFolder === undefined) {
    sweepTemporary(tmpdir());
    const folder = join(tmpdir(), temporaryName(""));
    mkdirSync(folder, { mode: 0o700 });
    atEnd(() => rmSync(folder, { recursive: true, force: true }));
    processFolder = folder;
  }
  return processFolder;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
