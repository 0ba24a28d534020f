/** groups.csv: what some neurons of a layer know together; a row for each ranking, layer and network. */
import type { NetworkGroups, NeuronGroup } from "../../core/groups.ts";
import { resultNames } from "../../core/platform.ts";
import { type CsvRow, type CsvTable, float64Text, isMeasureId, readCsv, requireHeader } from "./csv.ts";

const header = [
  "repeat",
  "layer",
  "ranking",
  "k",
  "neurons",
  "levels",
  "states",
  "joint_information_bits",
  "redundancy_degree",
  "vulnerability_degree",
  "o_information_bits",
  "total_correlation_bits",
  "bias_joint_information_bits",
  "chance_joint_information_bits",
  "bias_o_information_bits",
  "bias_total_correlation_bits",
];

const degreeText = (degree: number | undefined) => (degree === undefined ? "" : float64Text(degree));

function lineOf(repeat: number, levels: number, group: NeuronGroup): string {
  const { layer, ranking, neurons, states, joint, bias, chance } = group;
  return [
    repeat,
    layer,
    ranking,
    neurons.length,
    neurons.join(" "),
    levels,
    states,
    float64Text(joint),
    degreeText(group.redundancyDegree),
    degreeText(group.vulnerabilityDegree),
    ...[group.oInformation, group.totalCorrelation, bias, chance].map(float64Text),
    ...[group.oInformationBias, group.totalCorrelationBias].map(float64Text),
  ].join();
}

export const groupsTable: CsvTable<NetworkGroups> = {
  header: () => header,
  *lines({ repeat, levels, groups }) {
    for (const group of groups) yield lineOf(repeat, levels, group);
  },
};

/** Numbers with a blank between them, as many as `k` says, each once. */
function neuronsOf(row: CsvRow): Uint32Array {
  const text = row.text("neurons");
  const numbers = text.split(" ").map(Number);
  const k = row.uint32("k");
  const isWhole = /^(0|[1-9]\d*)( (0|[1-9]\d*))*$/.test(text) && numbers.every((number) => number <= 0xffffffff);
  if (isWhole && new Set(numbers).size === k && numbers.length === k) return Uint32Array.from(numbers);
  return row.fail("neurons is not a group", `${k} different whole numbers with blanks between them`, text);
}

function degrees(row: CsvRow): Pick<NeuronGroup, "redundancyDegree" | "vulnerabilityDegree"> {
  if (row.text("redundancy_degree") === "" && row.text("vulnerability_degree") === "") return {};
  return {
    redundancyDegree: row.float64("redundancy_degree"),
    vulnerabilityDegree: row.float64("vulnerability_degree"),
  };
}

function groupOf(row: CsvRow): NeuronGroup {
  const ranking = row.text("ranking");
  if (!isMeasureId(ranking)) row.fail("ranking is not a name", "letters, digits and _", ranking);
  return {
    layer: row.uint32("layer"),
    ranking,
    neurons: neuronsOf(row),
    states: row.uint32("states"),
    joint: row.float64("joint_information_bits"),
    bias: row.float64("bias_joint_information_bits"),
    chance: row.float64("chance_joint_information_bits"),
    ...degrees(row),
    oInformation: row.float64("o_information_bits"),
    oInformationBias: row.float64("bias_o_information_bits"),
    totalCorrelation: row.float64("total_correlation_bits"),
    totalCorrelationBias: row.float64("bias_total_correlation_bits"),
  };
}

/**
 * The groups of groups.csv by network, in the file's order.
 * @throws RunError naming file and line: wrong columns or numbers, neurons that are no group, levels that differ within a network.
 */
export function parseGroupsCsv(text: string, file: string = resultNames.groups): NetworkGroups[] {
  const networks = new Map<number, { readonly levels: number; readonly groups: NeuronGroup[] }>();
  readCsv(text, file, (own) => {
    requireHeader(file, own, header);
    return (row) => {
      const [repeat, levels] = [row.uint32("repeat"), row.uint32("levels")];
      const network = networks.get(repeat) ?? { levels, groups: [] };
      if (network.levels !== levels) row.fail("levels differ", String(network.levels), String(levels));
      networks.set(repeat, network);
      network.groups.push(groupOf(row));
    };
  });
  return [...networks].map(([repeat, own]) => ({ repeat, ...own }));
}
