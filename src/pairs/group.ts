/**
 * What a group of neurons T = (T_1 ... T_k) of a layer knows of the class Y together, and how it is shared out:
 *   redundancy degree     sum_j I(T_j;Y) / I(T;Y)               Shannon invariants of Gutknecht, Rosas, Ehrlich, Makkeh, Mediano and
 *   vulnerability degree  sum_j I(T_j;Y | T without j) / I(T;Y) Wibral (arXiv:2504.15779, 2025)
 *   total correlation     sum_j H(T_j) - H(T)                   Watanabe, IBM Journal of Research and Development 4, 1960
 *   O-information         (k - 2) H(T) + sum_j (H(T_j) - H(T without j))   Rosas, Mediano, Gastpar and Jensen, Physical Review E 100, 2019
 * In a decomposition of I(T;Y) the first is the mean number of neurons that know a piece each by themselves, the second the mean number
 * of neurons without any of which it is lost. They need no decomposition, and none that is asked for changes them.
 */
import type { GroupInformation } from "../core/groups.ts";
import { entropyOf } from "../measures/information.ts";
import { informationOf } from "../measures/mutual-information.ts";
import { totalsOf } from "../measures/neuron-levels.ts";
import { permutedLevelsMean } from "../measures/permuted-levels.ts";
import { mutualInformationBias, stateBias } from "../measures/plug-in-bias.ts";
import { jointStates, type LayerStates, stateTable } from "./joint-states.ts";

/** What some of the neurons know and how they vary; bits. */
interface Known {
  readonly information: number;
  readonly entropy: number;
  /** Of the entropy. */
  readonly bias: number;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function known(layer: LayerStates, neurons: readonly number[]): Known {
  const table = stateTable(jointStates(layer, neurons), layer);
  const { samples, levels } = table;
  return {
    information: informationOf(table),
    entropy: entropyOf(totalsOf(table), samples),
    bias: stateBias(levels, samples),
  };
}

/** The exact mean of I(T;Y) over permutations of the labels. */
function chanceOf(totals: readonly number[], { samplesPerClass }: LayerStates): number {
  const sizes = Array.from(samplesPerClass).filter((size) => size > 0);
  return totals.length < 2 ? 0 : permutedLevelsMean(totals, sizes);
}

/** @param neurons numbers in the layer, each once, at least one */
export function groupInformation(layer: LayerStates, neurons: readonly number[]): GroupInformation {
  const table = stateTable(jointStates(layer, neurons), layer);
  const whole = known(layer, neurons);
  const each = neurons.map((neuron) => known(layer, [neuron]));
  const rests = neurons.map((neuron) =>
    known(
      layer,
      neurons.filter((other) => other !== neuron),
    ),
  );
  const spare = neurons.length - 2;
  const oInformation = (of: (one: Known) => number) =>
    spare * of(whole) + sum(each.map((own, place) => of(own) - of(rests[place]!)));
  const totalCorrelation = (of: (one: Known) => number) => sum(each.map(of)) - of(whole);
  const joint = whole.information;
  const degrees = {
    redundancyDegree: sum(each.map(({ information }) => information)) / joint,
    // A neuron more never knows less; only rounding says so.
    vulnerabilityDegree: sum(rests.map(({ information }) => Math.max(0, joint - information))) / joint,
  };
  return {
    states: table.levels,
    joint,
    bias: mutualInformationBias(table),
    chance: chanceOf(totalsOf(table), layer),
    ...(joint > 0 && degrees),
    oInformation: oInformation(({ entropy }) => entropy),
    oInformationBias: oInformation(({ bias }) => bias),
    totalCorrelation: Math.max(
      0,
      totalCorrelation(({ entropy }) => entropy),
    ),
    totalCorrelationBias: totalCorrelation(({ bias }) => bias),
  };
}
