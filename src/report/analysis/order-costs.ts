/** What each measure or order of a study cost on its device, from the times that study.json holds. */
import type { StudySummary } from "../files/study-file.ts";

export interface OrderCost {
  /** A network, on average: of all evidence that the order needs. */
  readonly milliseconds: number;
  /** Orders that need the same evidence, this one among them: it was gathered once, and its time is that for all of them. */
  readonly sharedBy: number;
}

/** By id; nothing of what needs no pass over data, and of files that do not tell. */
export function orderCosts(study: Pick<StudySummary, "provenance"> | undefined): ReadonlyMap<string, OrderCost> {
  const costs = new Map<string, OrderCost>();
  for (const { of, networks, elapsedMs } of study?.provenance.costs ?? []) {
    for (const id of of) {
      const { milliseconds = 0, sharedBy = 1 } = costs.get(id) ?? {};
      costs.set(id, {
        milliseconds: milliseconds + elapsedMs / networks,
        sharedBy: Math.max(sharedBy, of.length),
      });
    }
  }
  return costs;
}
