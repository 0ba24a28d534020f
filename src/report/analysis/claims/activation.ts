/** Claim 5: what was found depends on the activation function. Decided across studies. */
import type { RecordedConfig } from "../../../core/study.ts";
import { groupDifference } from "../../statistics/bootstrap.ts";
import { labelPermutationTest, smallestLabelPermutationP } from "../../statistics/permutation-test.ts";
import { averaged, difference, type NetworkValues } from "../network-values.ts";
import { type ClaimEvidence, type ClaimPart, fewestNetworks, type Resolution, short } from "./claim-evidence.ts";
import { CLASS_DEPENDENT, type ClaimMaterial, ENTROPY, meanAreaOfLayer, separation } from "./claim-material.ts";

const TEXT = {
  id: "claim5",
  statement:
    "How strongly the measures are tied to accuracy, and what bias balancing gains, depends on the activation.",
  statistic:
    "Largest minus smallest mean over activation functions: of the area that mean ablation gains over zero ablation in single layers, and of the separation of I and KL (their mean) minus that of entropy. The test permutes the networks' activation labels; both must differ.",
  figure: "figure-1",
};

/** What studies may differ in: which networks they hold, where the data lay, and how the same numbers were computed. */
const FREE: readonly (keyof RecordedConfig)[] = ["activation", "seed", "repeats", "data", "label", "sweep", "models"];

function meanGain(material: ClaimMaterial): NetworkValues {
  const gains = material.layers.map((layer) =>
    difference(meanAreaOfLayer(material, layer, "mean"), meanAreaOfLayer(material, layer, "zero")),
  );
  return averaged(gains);
}

function classSeparation(material: ClaimMaterial): NetworkValues {
  const ofClasses = averaged(CLASS_DEPENDENT.map((measure) => separation(material, measure)));
  return difference(ofClasses, separation(material, ENTROPY));
}

/** What the studies differ in besides the activation. */
function otherDifferences(materials: readonly ClaimMaterial[]): string[] {
  const differs = (value: (material: ClaimMaterial) => unknown) =>
    new Set(materials.map((material) => JSON.stringify(value(material)))).size > 1;
  const all = new Set(materials.flatMap(({ study }) => Object.keys(study?.config ?? {}) as (keyof RecordedConfig)[]));
  const options = [...all].filter((option) => !FREE.includes(option) && differs(({ study }) => study?.config[option]));
  return [...(differs(({ study }) => study?.dataset.sha256) ? ["data"] : []), ...options];
}

/** Activation to one value per network; a network that is in two of the studies counts once. */
function byActivation(
  materials: readonly ClaimMaterial[],
  measure: (material: ClaimMaterial) => NetworkValues,
): Map<string, number[]> {
  const networks = new Map<string, Map<string, number>>();
  for (const material of materials) {
    const { activation, seed } = material.study!.config;
    const known = networks.get(activation) ?? new Map<string, number>();
    for (const [repeat, value] of measure(material)) known.set(`${seed}/${repeat}`, value);
    networks.set(activation, known);
  }
  return new Map([...networks].map(([activation, values]) => [activation, [...values.values()]]));
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function part(name: string, values: ReadonlyMap<string, readonly number[]>): ClaimPart[] {
  const ascending = [...values].filter(([, group]) => group.length > 0).sort(([, a], [, b]) => meanOf(a) - meanOf(b));
  if (ascending.length < values.size) return [];
  const [lowest, highest] = [ascending[0]!, ascending.at(-1)!];
  const groups = ascending.map(([, group]) => group);
  return [
    {
      name: `${name}: ${highest[0]} above ${lowest[0]}`,
      effect: groupDifference(highest[1], lowest[1]),
      p: labelPermutationTest(groups),
    },
  ];
}

function resolution(sizes: readonly number[]): Resolution {
  const smallestP = smallestLabelPermutationP(sizes);
  const alike = (networks: number) => smallestLabelPermutationP(sizes.map(() => networks));
  return {
    smallestP,
    text: `${sizes.join(" and ")} networks: the smallest attainable p is ${short(smallestP)}`,
    enough: (family) => `${fewestNetworks(alike, family)} or more repeats of each activation can decide`,
  };
}

export function activationDependence(materials: readonly ClaimMaterial[]): ClaimEvidence {
  const known = materials.filter(({ study }) => study !== undefined);
  const activations = [...new Set(known.map(({ study }) => study!.config.activation))];
  if (activations.length < 2) {
    const given = activations[0] === undefined ? "No activation is known" : `All networks are ${activations[0]}`;
    const other = activations[0] === "relu" ? "sigmoid" : "relu";
    const lacking = `${given}: run the same study with --activation ${other} and report both folders together`;
    return { ...TEXT, lacking };
  }
  const others = otherDifferences(known);
  if (others.length > 0) {
    return {
      ...TEXT,
      lacking: `The studies differ in more than the activation (${others.join(", ")}): run them with equal options and data`,
    };
  }
  const gains = byActivation(known, meanGain);
  const parts = [
    ...part("gain of mean over zero ablation", gains),
    ...part("separation of I and KL minus entropy", byActivation(known, classSeparation)),
  ];
  if (parts.length < 2) {
    return {
      ...TEXT,
      lacking: "curves of single layers in both modes by all three measures are needed in every study",
    };
  }
  return { ...TEXT, parts, resolution: resolution([...gains.values()].map(({ length }) => length)) };
}
