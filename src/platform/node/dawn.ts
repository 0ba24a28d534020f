/**
 * Dawn, Chrome's WebGPU, in Node: the package `webgpu`. Loaded only when an adapter is wanted, so that `--help` is quick
 * and works where the native library cannot be loaded.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { RunError } from "../../core/errors.ts";

type DawnModule = typeof import("webgpu");

/** Does a call at once. */
export type Within = <T>(call: () => T) => T;

/** A set of adapters that Dawn can see: one graphics API, under some environment variables. */
export interface DawnPlace {
  /** Dawn's name of the graphics API: `vulkan`, `metal`, `d3d12`. */
  readonly backend: string;
  /** Variables that the driver loader reads, set only while Dawn looks for adapters. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The installed package and its version, for example `webgpu 0.6.2`; each version contains one revision of Dawn. */
export const dawnVersion: string = readDawnVersion();

function readDawnVersion(): string {
  try {
    const path = createRequire(import.meta.url).resolve("webgpu/package.json");
    return `webgpu ${(JSON.parse(readFileSync(path, "utf8")) as { version: string }).version}`;
  } catch {
    return "webgpu (not installed)";
  }
}

let loading: Promise<DawnModule> | undefined;

/** Loads Dawn's native library, once. Rejects with a RunError that says why it cannot be loaded and what would help. */
function loadDawn(): Promise<DawnModule> {
  loading ??= import("webgpu").catch((error: unknown) => {
    throw loadFailure(error instanceof Error ? error.message : String(error), error);
  });
  return loading;
}

/** The error for a native library that does not load. */
export function loadFailure(message: string, cause?: unknown): RunError {
  const outdated = /GLIBC|GLIBCXX|CXXABI|version `/.test(message);
  const missing = /cannot find (module|package)/i.test(message);
  let fix = "reinstall the dependencies (npm ci)";
  if (/musl|ld-linux/.test(message)) fix = "use a system with glibc, for example the node:20-bookworm image";
  else if (outdated) fix = "use a newer system: Debian 12, Ubuntu 22.04, Fedora 37 or later have what it needs";
  else if (missing) fix = `npm ci; Dawn has builds for x64 and arm64 Linux and Windows, and for macOS`;
  return new RunError(
    {
      what: "WebGPU for Node (Dawn) cannot be loaded",
      expected: `${dawnVersion} with a native library for ${process.platform} ${process.arch}`,
      found: message.split("\n")[0] ?? message,
      fix,
    },
    { cause },
  );
}

/**
 * Defines WebGPU's constants and classes (GPUBufferUsage, GPUMapMode, GPUShaderStage, GPUValidationError, ...) as
 * globals, as they are in a browser. Repeating it does no harm.
 */
export async function installWebGpuGlobals(): Promise<void> {
  Object.assign(globalThis, (await loadDawn()).globals);
}

/** The graphics API that Dawn takes of itself: the platform's, unless its variable DAWNNODE_BACKEND names another. */
export function defaultBackend(): string {
  const named = process.env["DAWNNODE_BACKEND"]?.toLowerCase();
  if (named) return named;
  if (process.platform === "darwin") return "metal";
  return process.platform === "win32" ? "d3d12" : "vulkan";
}

/** Dawn otherwise rounds timestamps to 65.5 us, against attacks that a program of one's own need not fear. */
const EXACT_TIMESTAMPS = "disable-dawn-features=timestamp_quantization";

/**
 * The objects that `create()` returned, kept until the process exits: when one is collected while a device of it lives,
 * the process aborts. Reused by key, because each is a Vulkan instance of its own.
 */
const instances = new Map<string, GPU>();

/**
 * Workgroup memory is not zeroed at the start of every workgroup: each kernel writes what it reads. Zeroing 16 KiB costs
 * GPUs time, and SwiftShader, which unrolls it, 4.5 s a kernel to compile and most of the time to run.
 */
const features = ["enable-dawn-features=disable_workgroup_init"];

/**
 * A fresh adapter from `place`, the first in Dawn's order or the first whose device name contains `device`; null where
 * there is none. Rejects with Dawn's message where there are adapters but none of that name.
 *
 * In a worker thread, `place.environment` reaches the driver loader only if the worker was made with `SHARE_ENV`.
 * @param within does Dawn's calls, in which drivers print
 */
export async function requestAdapter(
  place: DawnPlace,
  device?: string,
  within: Within = (call) => call(),
): Promise<GPUAdapter | null> {
  const { create } = await loadDawn();
  const choice = device === undefined ? [] : [`adapter=${device}`];
  const flags = [`backend=${place.backend}`, ...features, EXACT_TIMESTAMPS, ...choice];
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES } = process.env;
  const key = JSON.stringify([flags, place.environment, VK_DRIVER_FILES, VK_ICD_FILENAMES]);
  const gpu = instances.get(key) ?? within(() => create(flags));
  instances.set(key, gpu);
  // Dawn reads the environment, and drivers print, inside this call, before it returns its promise.
  const request = () => gpu.requestAdapter({ powerPreference: "high-performance" });
  return withEnvironment(place.environment, () => within(request));
}

function withEnvironment<T>(variables: Readonly<Record<string, string>>, action: () => T): T {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return action();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/**
 * The device names of all adapters in `place`, best first by Dawn's judgement: discrete GPU, integrated GPU, CPU, and
 * then what does not say. Dawn has no call for this; it lists them when asked for a name that nothing bears.
 */
export async function listDevices(place: DawnPlace, within?: Within): Promise<string[]> {
  try {
    await requestAdapter(place, "\u0001", within);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [...message.matchAll(/^ \* backend: '.*?', name: '(.*)'$/gm)].map((match) => match[1]!);
  }
}
