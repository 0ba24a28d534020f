/**
 * Orders of removal that are searched for while a network is measured, and that no column of values gives: what names, files and
 * texts need to know of them. How each is found stands in ablation/sequences.
 */
import { type ReplacementMode, replacementModes } from "./ablation.ts";
import type { ScopeKind, ScopeText } from "./scope.ts";

/** Numbers of rows of the table of neurons, first removed first: by id, by scope. */
export type FoundSequences = Readonly<Record<string, Readonly<Partial<Record<ScopeText, Uint32Array>>>>>;

interface SequenceText {
  /** Name in tables and figures, before the mode. */
  readonly title: string;
  /** Which neuron goes next, in a sentence for somebody who has not met it; begins in lower case. */
  readonly meaning: string;
}

/** By what files call them, before the mode; a further kind is an entry here, and a file and a line in ablation/sequences. */
const texts = {
  reconstruction: {
    title: "Reconstruction",
    meaning:
      "removes next the neuron that adds least to the squared change of the next layer's pre-activations, with the others before it gone",
  },
  logit_quadratic: {
    title: "Logit quadratic",
    meaning:
      "removes next the neuron that adds least to the squared change of the logits, as their slopes in the intact network tell it",
  },
  fisher_quadratic: {
    title: "Fisher quadratic",
    meaning:
      "removes next the neuron that adds least to the divergence of the output, to second order, as slopes in the intact network tell it",
  },
  greedy: {
    title: "Greedy",
    meaning: "removes next the neuron without which the loss on the validation set is least, the others before it gone",
  },
  greedy_accuracy: {
    title: "Greedy by accuracy",
    meaning:
      "removes next the neuron without which fewest validation samples are classified wrongly, and of equals the loss is least",
  },
} as const satisfies Readonly<Record<string, SequenceText>>;

/** Orders by what two bits know together, whatever stands for removed neurons; a further one is an entry here, and one in pair-orders.ts. */
const pairTexts = {
  mrmr: {
    title: "mRMR",
    meaning:
      "chooses the neuron with most mutual information, then again and again the one that has most beyond what its bit shares with those chosen, on average; removes the last chosen first",
  },
  jmi: {
    title: "JMI",
    meaning:
      "chooses the neuron with most mutual information, then again and again the one whose bit tells most of the class together with each of those chosen, summed up; removes the last chosen first",
  },
  cmim: {
    title: "CMIM",
    meaning:
      "chooses the neuron with most mutual information, then again and again the one whose bit adds most to any of those chosen, at least; removes the last chosen first",
  },
  unique: {
    title: "Unique information",
    meaning:
      "removes first the neuron whose bit knows least of the class that the bit of some other neuron does not know as well (BROJA)",
  },
} as const satisfies Readonly<Record<string, SequenceText>>;

export type PairSequenceKind = keyof typeof pairTexts;
/** Of orders that are found by removing neurons. */
export type RemovingKind = keyof typeof texts;

/** A kind of search with what stands for neurons that are removed. */
export interface Sequence extends SequenceText {
  readonly kind: RemovingKind | PairSequenceKind;
  /** Name on the command line: `greedy-zero`. */
  readonly name: string;
  /** Name in files, in the column `measure`: `greedy_zero`. */
  readonly id: string;
  /** Absent where nothing is removed to find it. */
  readonly mode?: ReplacementMode;
}

/** Whether removals are tried at every step, and several may be made at once. */
export function isGreedy({ kind }: Sequence): boolean {
  return kind === "greedy" || kind === "greedy_accuracy";
}

const removing: readonly Sequence[] = (Object.keys(texts) as RemovingKind[]).flatMap((kind) =>
  replacementModes.map((mode): Sequence => {
    const { title, meaning } = texts[kind];
    const id = `${kind}_${mode}`;
    const becomes = mode === "zero" ? "neurons become 0" : "neurons become their means";
    return {
      kind,
      name: id.replaceAll("_", "-"),
      id,
      title: `${title} (${mode})`,
      meaning: `${meaning}; ${becomes}`,
      mode,
    };
  }),
);

const ofPairs = (Object.keys(pairTexts) as PairSequenceKind[]).map(
  (kind): Sequence => ({ kind, name: kind, id: kind, ...pairTexts[kind] }),
);

/** In the order of tables, behind the measures. */
export const sequences: readonly Sequence[] = [...removing, ...ofPairs];

export function isOfPairs<T extends Pick<Sequence, "kind">>(one: T): one is T & { readonly kind: PairSequenceKind } {
  return Object.hasOwn(pairTexts, one.kind);
}

/** The sequence of an id in file form, if there is one. */
export function sequenceWithId(id: string): Sequence | undefined {
  return sequences.find((sequence) => sequence.id === id);
}

/** Where there are sequences: neurons of several layers by rank within each have none of their own. */
export const sequenceScopes: readonly ScopeKind[] = ["layers", "network"];
