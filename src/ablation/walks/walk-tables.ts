/** Walks as the shaders read them: rows of removals and steps, and masks of joint orders. */
import type { NeuronAddress } from "../../core/ablation.ts";
import { greatest } from "../../core/long-arrays.ts";
import { quadsOf } from "../../gpu/device/packing.ts";
import { NO_EVALUATION, NO_REMOVAL, NO_RESTORING, UPPER_REMOVAL } from "../../gpu/kernels/walk.ts";
import { hiddenLanes, removalPositions, replacementConstants, replacementRow } from "../masked/removal-masks.ts";
import type { ReplacementConstants, SweepTask } from "../sweep-task.ts";
import { movedNeurons, productSteps, replacement, type Walk, type WalkGroup } from "./walk-plan.ts";

/** A network and the constants of modes: what walks need of a task. */
export type WalkedNetwork = Pick<SweepTask, "network"> & ReplacementConstants;

/** Moves and steps of all walks of a batch. */
export interface WalkRows {
  /** [walks, length] pairs of words. */
  readonly words: Uint32Array;
  /** Pairs of one row. */
  readonly length: number;
  /** Steps of the longest walk. */
  readonly steps: number;
}

/** Pairs of a row before its moves: HEADER in shaders/parts/walk.wgsl. */
export const WALK_HEADER = 2;

/** How the shaders name a neuron that moves: see `walks` in shaders/parts/walk.wgsl. @param done whether it is gone already */
function removalWord({ layer, neuron }: NeuronAddress, lowest: number, done: boolean): number {
  if (layer === lowest) return done ? NO_REMOVAL : neuron;
  return layer === lowest + 1 ? UPPER_REMOVAL + neuron : NO_REMOVAL;
}

/** Words of the second pair of a row's header. */
export interface WalkHead {
  /** Slab that the walk starts from, and of single removals the one that its neurons are missing in. */
  readonly slab: number;
  readonly partSlab?: number;
}

/**
 * Per walk: (network, first row of its tallies), (its start), then per move (neuron, bits of its replacement), then on the
 * route `product` two pairs a step.
 * @param walks those of the group that are in this batch; their tallies follow one another
 * @param heads of each walk
 */
export function walkRows(
  group: WalkGroup,
  walks: readonly Walk[],
  heads: readonly WalkHead[],
  networks: readonly WalkedNetwork[],
): WalkRows {
  const onProduct = group.route === "product";
  const stepsOfWalks = walks.map((walk) => (onProduct ? productSteps(group, walk) : []));
  const steps = onProduct ? greatest(stepsOfWalks.map((own) => own.length)) : group.moves.length;
  const length = WALK_HEADER + group.neurons + (onProduct ? 2 * steps : 0);
  const words = new Uint32Array(walks.length * length * 2);
  const floats = new Float32Array(words.buffer);
  walks.forEach((walk, row) => {
    const first = row * length * 2;
    const { slab, partSlab } = heads[row]!;
    words.set(
      [walk.network, row * group.moves.length, slab, partSlab ?? (walk.restores ? walk.start : NO_RESTORING)],
      first,
    );
    const moved = movedNeurons(walk);
    for (let move = 0; move < group.neurons; move++) {
      const at = first + (WALK_HEADER + move) * 2;
      const neuron = moved[move];
      words[at] = neuron ? removalWord(neuron, group.lowest, !walk.restores && move < walk.start) : NO_REMOVAL;
      floats[at + 1] = neuron ? replacement(walk.mode, networks[walk.network]!, neuron) : 0;
    }
    if (!onProduct) return;
    for (let step = 0; step < steps; step++) {
      const { begin, end, evaluation, upper } = stepsOfWalks[row]![step] ?? noStep(group.neurons);
      words.set([begin, end, evaluation, upper], first + (WALK_HEADER + group.neurons + 2 * step) * 2);
    }
  });
  return { words, length, steps };
}

function noStep(neurons: number) {
  return { begin: neurons, end: neurons, evaluation: NO_EVALUATION, upper: 0 };
}

/** [walks, 2 quads a quad of units]: positions of 4 units of the layer above `lowest`, then bits of their replacements. */
export function maskPairs(
  walks: readonly Walk[],
  lowest: number,
  networks: readonly WalkedNetwork[],
  hidden: readonly number[],
): Uint32Array {
  const { offsets, quads: rowQuads } = hiddenLanes(hidden);
  const positions = removalPositions(
    walks.map(({ order }) => order),
    hidden,
  );
  const constants = networks.map((own) => new Uint32Array(replacementConstants(own, hidden).buffer));
  const quads = quadsOf(hidden[lowest]!);
  const pairs = new Uint32Array(walks.length * quads * 8);
  walks.forEach(({ mode, network }, row) => {
    for (let lane = 0; lane < quads * 4; lane++) {
      const at = (row * quads + Math.floor(lane / 4)) * 8 + (lane % 4);
      const source = offsets[lowest]! + lane;
      pairs[at] = positions[row * rowQuads * 4 + source]!;
      pairs[at + 4] = constants[network]![replacementRow(mode) * rowQuads * 4 + source]!;
    }
  });
  return pairs;
}
