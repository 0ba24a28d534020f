/** The adapter of a browser, or why there is none and what its user can do. */
import type { Fault } from "../../core/errors.ts";
import type { AdapterFacts } from "../../core/study.ts";
import { adapterFacts } from "../adapter-facts.ts";
import { webGpuAdvice } from "./web-gpu-advice.ts";

/** What is asked of a browser; `self` in a page or a worker is one. */
export interface BrowserScope {
  readonly isSecureContext: boolean;
  readonly navigator: { readonly userAgent: string; readonly gpu?: GPU };
}

interface BrowserAdapter {
  /** Good for one device. */
  readonly adapter: GPUAdapter;
  readonly facts: AdapterFacts;
}

/** `missing`: the browser has no WebGPU. `refused`: it has, but gives no adapter. */
export interface NoAdapter {
  readonly state: "missing" | "refused";
  readonly fault: Fault;
}

/** Browsers leave out most names, so that pages cannot recognise a visitor; messages need one that says something. */
function withName(facts: AdapterFacts): AdapterFacts {
  if (facts.description !== "") return facts;
  const names = [facts.vendor, facts.architecture, facts.device].filter((name) => name !== "");
  return { ...facts, description: names.join(" ") || "this browser's WebGPU adapter" };
}

/** A fresh adapter each time: the fastest that the browser gives. */
export async function openBrowserAdapter(scope: BrowserScope): Promise<BrowserAdapter | NoAdapter> {
  const { gpu, userAgent } = scope.navigator;
  if (gpu === undefined) {
    const what = scope.isSecureContext ? "this browser has no WebGPU" : "WebGPU is kept from pages over plain HTTP";
    return { state: "missing", fault: { what, found: userAgent, fix: webGpuAdvice(userAgent, scope.isSecureContext) } };
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter !== null) return { adapter, facts: withName(adapterFacts(adapter, "unknown")) };
  const what = "this browser has WebGPU, but gives no adapter";
  return { state: "refused", fault: { what, found: userAgent, fix: webGpuAdvice(userAgent, true) } };
}
