/** What `gpu-importance prune` prints and writes about what it did. */
import type { NeuronAddress } from "../../core/ablation.ts";
import type { Dataset } from "../../core/dataset.ts";
import { hiddenUnits, shapeText } from "../../core/layers/network-shape.ts";
import { type Network, networkShape } from "../../core/network.ts";
import type { Accuracies } from "../../pruning/accuracies.ts";
import type { TwinCheck } from "../../pruning/masked-twin.ts";
import { networkCost } from "../../pruning/network-cost.ts";
import { alignedTable } from "../../report/tables/aligned-table.ts";

const TABLE_WIDTH = 80;

/** A network as it was, is, or becomes. */
export interface PrunedState {
  readonly network: Network;
  /** Of its file, in the format that is written. */
  readonly bytes: number;
  readonly accuracies: Accuracies;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const whole = (count: number) => count.toLocaleString("en-US");

/** `layer 1: 64 of 128, layer 2: ...`. */
export function removedText(network: Network, removed: readonly NeuronAddress[]): string {
  const parts = hiddenUnits(networkShape(network)).map((units, index) => {
    const gone = removed.filter(({ layer }) => layer === index + 1).length;
    return `layer ${index + 1}: ${gone} of ${units}`;
  });
  return parts.join(", ");
}

/** Columns: before, after, and finetuned where it was. */
export function pruneTable(states: readonly PrunedState[], { validation, test }: Dataset, format: string): string {
  const costs = states.map(({ network }) => networkCost(network));
  const row = (name: string, cells: readonly string[]) => [name, ...cells];
  const rows = [
    row("", ["before", "after", "finetuned"].slice(0, states.length)),
    row(
      "widths",
      states.map(({ network }) => shapeText(networkShape(network))),
    ),
    row(
      "parameters",
      costs.map(({ parameters }) => whole(parameters)),
    ),
    row(
      `bytes (${format})`,
      states.map(({ bytes }) => whole(bytes)),
    ),
    row(
      "multiply-adds a sample",
      costs.map(({ multiplyAddsPerSample }) => whole(multiplyAddsPerSample)),
    ),
    row(
      `validation accuracy (${whole(validation.count)})`,
      states.map(({ accuracies }) => percent(accuracies.validation)),
    ),
    row(
      `test accuracy (${whole(test.count)})`,
      states.map(({ accuracies }) => percent(accuracies.test)),
    ),
  ];
  return `${alignedTable({ rows, keyColumns: 1 }, TABLE_WIDTH).join("\n")}\n`;
}

/** The outcome of the comparison with the masked network, as lines. */
export function twinText({ samples, tolerance, deviceDifference, referenceDifference, ties }: TwinCheck): string {
  const bound = tolerance.toExponential(1);
  const same = ties === 0 ? `the same class on all ${whole(samples)} test samples` : tiedText(samples, ties);
  return [
    `equal to the masked network: ${same},`,
    `  logits within ${deviceDifference.toExponential(1)} on the device and ${referenceDifference.toExponential(1)} in float64 (allowed: ${bound})`,
    "",
  ].join("\n");
}

function tiedText(samples: number, ties: number): string {
  return `the same class on ${whole(samples - ties)} samples (and ${whole(ties)} tied)`;
}
