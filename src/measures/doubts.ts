/**
 * What makes the measures of a study doubtful: layers in which a measure tells no neuron from another, and levels that are
 * finer than the samples allow. Tables are looked at one after another, so that none has to be kept.
 */
import type { NeuronTable } from "../core/neuron-table.ts";
import { measureWithId } from "./columns.ts";

/** Repeats that are named one by one; of more only their number is told. */
const NAMED = 5;

/** Measures that are the same for all neurons of a layer, and where. */
interface Undecided {
  readonly layer: number;
  /** Of the layer. */
  readonly neurons: number;
  readonly titles: readonly string[];
  readonly repeats: number[];
}

function titleOf(id: string): string {
  return measureWithId(id)?.title ?? id.replaceAll("_", " ");
}

/** Rows of each layer: from, to (exclusive). */
function layersOf({
  layer,
  rows,
}: NeuronTable): { readonly layer: number; readonly from: number; readonly to: number }[] {
  return [...new Set(layer)].map((number) => {
    const from = layer.indexOf(number);
    const next = layer.findIndex((other, row) => row > from && other !== number);
    return { layer: number, from, to: next === -1 ? rows : next };
  });
}

/** Gathers doubts of one table after another. */
export class MeasureDoubts {
  /** By layer and measures. */
  readonly #undecided = new Map<string, Undecided>();

  add({ measures, repeat, ...table }: NeuronTable): void {
    for (const { layer, from, to } of layersOf({ measures, repeat, ...table })) {
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
  const named = repeats.length <= NAMED ? repeats.join(", ") : `${repeats.slice(0, NAMED).join(", ")}, ...`;
  const where = repeats.length === 1 ? `repeat ${named}` : `repeats ${named} (${repeats.length})`;
  const [is, its] = titles.length === 1 ? ["is", "its order there goes"] : ["are each", "their orders there go"];
  return `layer ${layer} of ${where}: ${titles.join(", ")} ${is} the same for all ${neurons} neurons, so ${its} by the neurons' numbers`;
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
