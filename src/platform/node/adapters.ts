/**
 * The adapter to compute on: a GPU; else the system's lavapipe, if Dawn accepts it; else SwiftShader, embedded or beside
 * an installed Chrome; else one error that names the fix. Never Dawn's null back end, which computes garbage silently.
 */
import { describeAdapter } from "../../core/adapter-text.ts";
import { RunError } from "../../core/errors.ts";
import { appendAll } from "../../core/long-arrays.ts";
import type { AdapterFacts } from "../../core/study.ts";
import { adapterFacts } from "../adapter-facts.ts";
import { adapterKind, chooseAdapter, isNullBackend } from "./adapter-ranking.ts";
import {
  type DawnPlace,
  defaultBackend,
  installWebGpuGlobals,
  listDevices,
  requestAdapter,
  type Within,
} from "./dawn.ts";
import { installAdvice } from "./install-advice.ts";
import { hush } from "./native-warnings.ts";
import { chromeSwiftShader, embeddedSwiftShader, type SwiftShaderFiles, type Unavailable } from "./swiftshader.ts";
import { hasVulkanDriverFiles, preloadVulkanLoader, vulkanLoaderProblem } from "./vulkan-loader.ts";

export { dawnVersion, installWebGpuGlobals } from "./dawn.ts";
export { installAdvice } from "./install-advice.ts";

/** Where adapters come from, in the order in which they are tried. */
const adapterSources = ["system", "swiftshader-embedded", "swiftshader-chrome"] as const;
type AdapterSource = (typeof adapterSources)[number];

/** One adapter, or one source that yielded none. */
export interface AdapterAttempt {
  readonly source: AdapterSource;
  /** `found`: usable, but another was better. `refused`: there, but must not be used. `skipped`: not looked for. */
  readonly outcome: "used" | "found" | "none" | "refused" | "skipped";
  readonly facts?: AdapterFacts;
  /** For people: what the adapter is, or why there is none. */
  readonly detail: string;
}

interface OpenedAdapter {
  /** Good for one device. */
  readonly adapter: GPUAdapter;
  readonly facts: AdapterFacts;
  readonly attempts: readonly AdapterAttempt[];
  /** Why this one, as one clause. */
  readonly reason: string;
}

interface AdapterSurvey {
  readonly attempts: readonly AdapterAttempt[];
  /** The adapter that `openAdapter` would give, or undefined where it would throw `problem`. */
  readonly opened: OpenedAdapter | undefined;
  readonly problem: RunError | undefined;
}

interface AdapterOptions {
  /** Part of the name of the adapter to take, in any case; undefined or blank: the best. */
  readonly name?: string | undefined;
  /** Whether warnings that drivers print on stderr, known and without consequence, are seen. */
  readonly driverWarnings?: boolean | undefined;
}

type Entry = AdapterAttempt & { readonly adapter?: GPUAdapter };

/** Opens the best adapter, or the best of those that bear `name`: a fresh one each time, since it can make one device. */
export async function openAdapter(options: AdapterOptions = {}): Promise<OpenedAdapter> {
  await installWebGpuGlobals();
  const name = options.name?.trim() || undefined;
  return select(await explore(options, name, false), name);
}

/** Tries every source to its end and reports each adapter; throws for none that is missing. */
export async function surveyAdapters(options: AdapterOptions = {}): Promise<AdapterSurvey> {
  const name = options.name?.trim() || undefined;
  let entries: readonly Entry[] = [];
  try {
    await installWebGpuGlobals();
    entries = await explore(options, name, true);
    const opened = select(entries, name);
    return { attempts: opened.attempts, opened, problem: undefined };
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return { attempts: entries.map(withoutAdapter), opened: undefined, problem: error };
  }
}

async function explore(
  { driverWarnings = false }: AdapterOptions,
  name: string | undefined,
  everything: boolean,
): Promise<Entry[]> {
  using hushed = await hush(driverWarnings);
  const loaderProblem = await prepareVulkanLoader();
  const entries: Entry[] = [];
  for (const source of adapterSources) {
    if (!everything && choose(entries, name) !== undefined) {
      entries.push({ source, outcome: "skipped", detail: "not needed" });
      continue;
    }
    const place = await findPlace(source, loaderProblem);
    if ("unavailable" in place) entries.push({ source, outcome: "none", detail: place.unavailable });
    else appendAll(entries, await openPlace(source, place, everything || name !== undefined, hushed.during));
  }
  return entries;
}

let embedding: Promise<SwiftShaderFiles | Unavailable> | undefined;

/** Memoised, because each look verifies the unpacked files. */
function embedded(): Promise<SwiftShaderFiles | Unavailable> {
  embedding ??= embeddedSwiftShader();
  return embedding;
}

let usesOwnLoader = false;

/**
 * Makes sure that Dawn finds a Vulkan loader on Linux, with SwiftShader's own where the system has none. It comes before
 * the search for a GPU: a container can have the GPU's driver and lack the loader. Returns why there is none.
 */
async function prepareVulkanLoader(): Promise<string | undefined> {
  if (process.platform !== "linux" || usesOwnLoader) return undefined;
  const problem = vulkanLoaderProblem();
  if (problem === undefined) return undefined;
  for (const files of [await embedded(), chromeSwiftShader()]) {
    if ("loader" in files && preloadVulkanLoader(files.loader) === undefined) {
      usesOwnLoader = true;
      return undefined;
    }
  }
  return `no Vulkan loader: ${problem}`;
}

async function findPlace(source: AdapterSource, loaderProblem: string | undefined): Promise<DawnPlace | Unavailable> {
  if (source === "system") return findSystem(loaderProblem);
  const files = source === "swiftshader-embedded" ? await embedded() : chromeSwiftShader();
  if ("unavailable" in files) return files;
  if (loaderProblem !== undefined) return { unavailable: loaderProblem };
  // The second name is for loaders older than 1.3.207.
  return { backend: "vulkan", environment: { VK_DRIVER_FILES: files.icd, VK_ICD_FILENAMES: files.icd } };
}

function findSystem(loaderProblem: string | undefined): DawnPlace | Unavailable {
  const backend = defaultBackend();
  if (backend === "vulkan" && loaderProblem !== undefined) return { unavailable: loaderProblem };
  // Asked in vain, Dawn would print two warnings that help nobody.
  const inVain = backend === "vulkan" && usesOwnLoader && !hasVulkanDriverFiles();
  if (inVain) return { unavailable: "no Vulkan loader and no Vulkan driver on this system" };
  return { backend, environment: {} };
}

/**
 * The adapters of one place, Dawn's favourite first. When that is a GPU, it is the best there is, and the others are
 * opened only if all are wanted; a software adapter can hide a virtual GPU, whose kind Dawn does not know.
 */
async function openPlace(source: AdapterSource, place: DawnPlace, all: boolean, within: Within): Promise<Entry[]> {
  try {
    const first = await requestAdapter(place, undefined, within);
    if (first === null) return [{ source, outcome: "none", detail: nothingFound(source) }];
    const entries = [entryFor(source, first, place.backend)];
    if (!all && !entries[0]!.facts!.software) return entries;
    for (const device of (await listDevices(place, within)).slice(1)) {
      const adapter = await requestAdapter(place, device, within);
      if (adapter === null) continue;
      const entry = entryFor(source, adapter, place.backend);
      // Two cards of one model answer to the same name, and Dawn gives the first of them each time.
      if (!entries.some(({ detail }) => detail === entry.detail)) entries.push(entry);
    }
    return entries;
  } catch (error) {
    if (error instanceof RunError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return [{ source, outcome: "none", detail: message.split("\n")[0]! }];
  }
}

function nothingFound(source: AdapterSource): string {
  const files = process.env["VK_DRIVER_FILES"] || process.env["VK_ICD_FILENAMES"];
  if (source === "system" && files) return `no adapter that Dawn accepts from VK_DRIVER_FILES=${files}`;
  return "no adapter that Dawn accepts";
}

function entryFor(source: AdapterSource, adapter: GPUAdapter, backend: string): Entry {
  const facts = adapterFacts(adapter, backend);
  if (!isNullBackend(facts)) return { source, outcome: "found", facts, adapter, detail: describeAdapter(facts) };
  return { source, outcome: "refused", facts, detail: "Dawn's null back end, which computes nothing" };
}

function choose(entries: readonly Entry[], name: string | undefined): Entry | undefined {
  const candidates = entries.filter(({ outcome }) => outcome === "found");
  const index = chooseAdapter(
    candidates.map(({ facts }) => facts!),
    name,
  );
  return index === undefined ? undefined : candidates[index];
}

function select(entries: readonly Entry[], name: string | undefined): OpenedAdapter {
  const chosen = choose(entries, name);
  if (chosen?.adapter === undefined || chosen.facts === undefined) throw noAdapter(entries, name);
  const attempts = entries.map(
    (entry): AdapterAttempt => ({ ...withoutAdapter(entry), ...(entry === chosen ? { outcome: "used" } : {}) }),
  );
  return { adapter: chosen.adapter, facts: chosen.facts, attempts, reason: reasonFor(chosen, name) };
}

function withoutAdapter({ adapter: _, ...attempt }: Entry): AdapterAttempt {
  return attempt;
}

function reasonFor({ source, facts }: Entry, name: string | undefined): string {
  if (name !== undefined) return `its name contains ${JSON.stringify(name)}`;
  const kind = adapterKind(facts!);
  if (kind === "gpu") return "a GPU of this machine";
  const slow = "a software adapter computes on the CPU and is slow";
  if (source === "system") return `no GPU found, so the system's software driver is used; ${slow}`;
  return `no GPU and no system driver that Dawn accepts, so SwiftShader is used; ${slow}`;
}

function noAdapter(entries: readonly Entry[], name: string | undefined): RunError {
  const usable = entries.filter(({ outcome }) => outcome === "found");
  const newLine = "\n            ";
  if (name !== undefined && usable.length > 0) {
    return new RunError({
      what: `no adapter of this machine has ${JSON.stringify(name)} in its name`,
      where: "--adapter",
      expected: "a part of the name of an adapter that is there",
      // Two places can have the same one.
      found: [...new Set(usable.map(({ detail }) => detail))].join(newLine),
      fix: "give a part of one of these names, or leave --adapter out for the best of them",
    });
  }
  return new RunError({
    what: "no WebGPU adapter on this machine",
    expected: "a GPU, or a software driver: lavapipe or SwiftShader",
    found: entries.map(({ source, detail }) => `${source}: ${detail}`).join(newLine),
    fix: installAdvice().join(newLine),
  });
}
