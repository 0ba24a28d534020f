/** What the evidence of measures costs, as it is gathered: told in study.json and in reports, and part of no other result. */
import type { Clock } from "../core/platform.ts";
import type { MeasuringCost } from "../core/study.ts";
import type { TimeEvidence } from "../measure-networks.ts";

/** Costs of processes that each did a share of a study, added up for the same measures and orders. */
export function addedCosts(shares: readonly (readonly MeasuringCost[])[]): MeasuringCost[] {
  const sums = new Map<string, MeasuringCost>();
  for (const { of, networks, elapsedMs } of shares.flat()) {
    const before = sums.get(of.join()) ?? { networks: 0, elapsedMs: 0 };
    sums.set(of.join(), { of, networks: before.networks + networks, elapsedMs: before.elapsedMs + elapsedMs });
  }
  return [...sums.values()];
}

interface Entry {
  readonly of: readonly string[];
  readonly repeats: Set<number>;
  elapsedMs: number;
}

/** Adds up times of work for the same measures and orders, however often it is done. */
export class MeasuringCosts {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly timed: TimeEvidence = async ({ of, repeats }, work) => {
    const start = this.#clock();
    const result = await work();
    const key = of.join();
    const entry = this.#entries.get(key) ?? { of, repeats: new Set(), elapsedMs: 0 };
    entry.elapsedMs += this.#clock() - start;
    for (const repeat of repeats) entry.repeats.add(repeat);
    this.#entries.set(key, entry);
    return result;
  };

  /** In the order in which work began. */
  list(): MeasuringCost[] {
    return [...this.#entries.values()].map(({ of, repeats, elapsedMs }) => {
      return { of, networks: repeats.size, elapsedMs };
    });
  }
}
