/** An adapter in words. */
import type { AdapterFacts } from "./study.ts";

/** One line for people: `SwiftShader driver 5.0.0 (swiftshader-device-subzero, vulkan, software)`. */
export function describeAdapter(facts: AdapterFacts): string {
  const device = facts.device.replace(/-+$/, "");
  const title = facts.description || device || "unnamed adapter";
  const rest = [title === device ? "" : device, facts.backend, facts.software ? "software" : ""];
  return `${title} (${rest.filter(Boolean).join(", ")})`;
}
