/** What an adapter says about itself, in the form that reports keep; the same in Node and in a browser. */
import type { AdapterFacts } from "../core/study.ts";

const softwareNames = /llvmpipe|lavapipe|swiftshader|softpipe|basic[ -]render|\bwarp\b/i;

/** Whether these names belong to a CPU implementation; catches those that do not admit it by `isFallbackAdapter`. */
export function hasSoftwareName(facts: Omit<AdapterFacts, "software">): boolean {
  return softwareNames.test([facts.vendor, facts.architecture, facts.device, facts.description].join("\n"));
}

/** @param backend graphics API, or `unknown` */
export function adapterFacts({ info }: GPUAdapter, backend: string): AdapterFacts {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  const named = { vendor, architecture, device, description, backend };
  return { ...named, software: isFallbackAdapter || hasSoftwareName(named) };
}
