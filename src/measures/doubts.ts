/**
 * What makes the measures of a study doubtful: layers in which a measure tells no neuron from another, and levels that are
 * finer than the samples allow. Tables are looked at one after another, so that none has to be kept.
 */
import type { NeuronTable } from "../core/neuron-table.ts";
import { repeatsText } from "../core/repeats-text.ts";
import { titleOf } from "./columns.ts";

/** Measures that are the same for all neurons of a layer, and where. */
interface Undecided {
  readonly layer: number;
  /** Of the layer. */
  readonly neurons: number;
  readonly titles: readonly string[];
  readonly repeats: number[];
}

/** Gathers doubts of one table after another. */
export class MeasureDoubts {
  /** By layer and measures. */
  readonly #undecided = new Map<string, Undecided>();

  add({ measures, repeat, layer: layers }: NeuronTable): void {
    for (const layer of new Set(layers)) {
      const [from, to] = [layers.indexOf(layer), layers.lastIndexOf(layer) + 1];
      if (to - from < 2) continue;
      const same = Object.entries(measures).filter(([, values]) =>
        values.subarray(from, to).every((value) => value === values[from]),
      );
      if (same.length === 0) continue;
      const titles = same.map(([id]) => titleOf(id));
      const key = [layer, ...titles].join();
      const known = this.#undecided.get(key) ?? { layer, neurons: to - from, titles, repeats: [] };
      known.repeats.push(repeat);
      this.#undecided.set(key, known);
    }
  }

  /** Sentences without full stop. @param bits of a neuron's output @param samples of the validation set */
  warnings(bits: number, samples: number): string[] {
    const undecided = [...this.#undecided.values()].sort((a, b) => a.layer - b.layer);
    return [...undecided.map(undecidedText), ...fineText(bits, samples)];
  }
}

function undecidedText({ layer, neurons, titles, repeats }: Undecided): string {
  const [is, its] = titles.length === 1 ? ["is", "its order there goes"] : ["are each", "their orders there go"];
  return `layer ${layer} of ${repeatsText(repeats)}: ${titles.join(", ")} ${is} the same for all ${neurons} neurons, so ${its} by the neurons' numbers`;
}

/** At 4^k samples for 2^k levels the bias of mutual information is of the size of a level, (levels - 1)(classes - 1) / (2 N ln 2). */
function fineText(bits: number, samples: number): string[] {
  const [levels, wanted] = [1 << bits, 1 << (2 * bits)];
  if (bits === 1 || samples >= wanted) return [];
  return [
    `${samples} validation samples are few for ${levels} levels: with fewer than ${wanted} the bias of entropy and mutual information ` +
      "(columns bias_* of neurons.csv) is no longer small; ask for fewer --bits",
  ];
}
