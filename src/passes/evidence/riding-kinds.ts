/** Kinds of evidence that ride on the pass which counts bits: what plans and runs ask of each. A further kind is a line here. */
import type { EvidenceKind, EvidenceOf } from "../../core/evidence.ts";
import { sumBlocks } from "../../gpu/kernels/sum-block.ts";
import { type DeviceNetworks, keepsSlopes } from "../device-networks.ts";
import type { PassSize } from "../forward-pass.ts";
import { classSumsLayout, createClassSumsCollector } from "./class-sums.ts";
import { createGradientsCollector, gradientCopies, gradientsLayout } from "./gradients.ts";
import { createPathCollector, pathCopies, pathLayout } from "./path.ts";
import { createRelevanceCollector, relevanceLayout } from "./relevance.ts";
import type { Collector, RiderLayout } from "./ride.ts";

/** What decides the size of a rider's arrays. */
interface RidingSize extends PassSize {
  /** Whether the set comes in pages, which may begin within a block of samples. */
  readonly paged: boolean;
  /** Whether slopes of some activation must be worked out from z. */
  readonly keepsSlopes: boolean;
}

interface RidingKind<E> {
  /** As of a collector. */
  copies(size: Pick<RidingSize, "keepsSlopes">): number;
  layout(size: RidingSize): RiderLayout;
  create(networks: DeviceNetworks, classes: number): Collector & { gathered(): E[][] };
}

/** Blocks of samples that a page touches, at most. */
export function blocksOf({ samples, paged }: Pick<RidingSize, "samples" | "paged">): number {
  return sumBlocks(0, samples) + (paged ? 1 : 0);
}

/** In the order in which they ride. */
export const ridingKinds = {
  classSums: {
    copies: () => 0,
    layout: (size) => classSumsLayout(size, blocksOf(size)),
    create: createClassSumsCollector,
  },
  gradients: {
    copies: ({ keepsSlopes: kept }) => gradientCopies(kept),
    layout: (size) => gradientsLayout(size, blocksOf(size), size.keepsSlopes),
    create: (networks) => createGradientsCollector(networks, keepsSlopes(networks)),
  },
  relevance: {
    copies: () => 1,
    layout: (size) => relevanceLayout(size, blocksOf(size)),
    create: createRelevanceCollector,
  },
  path: {
    copies: ({ keepsSlopes: kept }) => pathCopies(kept),
    layout: (size) => pathLayout(size, blocksOf(size), size.keepsSlopes),
    create: (networks) => createPathCollector(networks, keepsSlopes(networks)),
  },
} as const satisfies { readonly [K in EvidenceKind]?: RidingKind<EvidenceOf[K]> };

export type RidingEvidence = keyof typeof ridingKinds;

/** Those of some kinds of evidence that ride. */
export function ridingOf(needs: Iterable<EvidenceKind>): RidingEvidence[] {
  const wanted = new Set(needs);
  return (Object.keys(ridingKinds) as RidingEvidence[]).filter((kind) => wanted.has(kind));
}

/**
 * Kinds in the passes that they ride on: one for all but the path, which takes many times as long as what rides along. In a pass of its own,
 * its time is known.
 */
export function ridingTogether(kinds: readonly RidingEvidence[]): RidingEvidence[][] {
  const along = kinds.filter((kind) => kind !== "path");
  return along.length === kinds.length ? [along] : [along, ["path"]];
}

/** Copies that all of them keep. */
export function ridingCopies(kinds: readonly RidingEvidence[], size: Pick<RidingSize, "keepsSlopes">): number {
  return kinds.reduce((sum, kind) => sum + ridingKinds[kind].copies(size), 0);
}
