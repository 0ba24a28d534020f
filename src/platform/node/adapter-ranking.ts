/** Which adapter to take, as pure functions of the facts about each: no driver is touched here. */
import type { AdapterFacts } from "../../core/study.ts";

/** What an adapter is, best first. */
type AdapterKind = "gpu" | "lavapipe" | "software" | "swiftshader";
const kindsBestFirst: readonly AdapterKind[] = ["gpu", "lavapipe", "software", "swiftshader"];

function words(facts: AdapterFacts): string {
  return [facts.vendor, facts.architecture, facts.device, facts.description].join("\n");
}

/**
 * Whether this is Dawn's null back end, which accepts every command, executes none and returns zeros. Its device is
 * called `null-backend`; an adapter that says nothing about itself is not trusted either.
 */
export function isNullBackend(facts: AdapterFacts): boolean {
  return facts.backend === "null" || facts.device === "null-backend" || words(facts).trim() === "";
}

export function adapterKind(facts: AdapterFacts): AdapterKind {
  if (!facts.software) return "gpu";
  if (/llvmpipe|lavapipe/i.test(words(facts))) return "lavapipe";
  return /swiftshader/i.test(words(facts)) ? "swiftshader" : "software";
}

/** `NVIDIA H200` and `nvidia-h200` are the same name: Dawn reports devices in the second form, people type the first. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** Whether `name` is part of what the adapter is called; `lavapipe` and `llvmpipe` mean the same driver. */
export function matchesName(facts: AdapterFacts, name: string): boolean {
  const text = adapterKind(facts) === "lavapipe" ? `${words(facts)}\nlavapipe\nllvmpipe` : words(facts);
  if (text.toLowerCase().includes(name.toLowerCase())) return true;
  return slug(name) !== "" && text.split("\n").some((part) => slug(part).includes(slug(name)));
}

/**
 * The index of the adapter to use, or undefined where none will do: GPU, else lavapipe, else another CPU
 * implementation, else SwiftShader; of the same kind the first, because Dawn lists discrete GPUs before integrated
 * ones. With `name`, only those that bear it count. Never the null back end.
 */
export function chooseAdapter(candidates: readonly AdapterFacts[], name?: string | undefined): number | undefined {
  const usable = candidates
    .map((facts, index) => ({ facts, index }))
    .filter(({ facts }) => !isNullBackend(facts) && (name === undefined || matchesName(facts, name)));
  for (const kind of kindsBestFirst) {
    const found = usable.find(({ facts }) => adapterKind(facts) === kind);
    if (found !== undefined) return found.index;
  }
  return undefined;
}
