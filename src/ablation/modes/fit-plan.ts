/** What fitting modes takes on a device (fit-modes.ts). Plain arithmetic, nothing allocated. */
import type { AblationMode } from "../../core/ablation.ts";
import { hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { plannedArrays } from "../../gpu/device/layout.ts";
import { type PlanBasis, type PlannedArray, readBack, totalBytes } from "../../gpu/device/plan-basis.ts";
import { parametersLayout } from "../../passes/device-networks.ts";
import { extremesLayout } from "../../passes/evidence/level-edges.ts";
import { chunksOf, forwardPassLayout, rowsPerChunk } from "../../passes/forward-pass.ts";
import { multipliedArrays } from "../../passes/measuring-plan.ts";
import { layerPairs } from "../sequences/moments.ts";
import { planBesideData } from "../sweep-plan.ts";
import { needsConstants, needsMoments } from "./fit-modes.ts";

interface FittingSize {
  readonly shape: NetworkShape;
  /** Samples of the validation set, or of a page of it. */
  readonly validation: number;
  readonly keepsSlopes: boolean;
  readonly paged: boolean;
  readonly modes: readonly AblationMode[];
}

/** The search for constants: extremes of all networks, then neurons removed alone. */
function constantArrays(
  basis: PlanBasis,
  { shape, validation: samples }: FittingSize,
  networks: number,
): PlannedArray[][] {
  const rows = rowsPerChunk(basis, samples, networks, shape);
  const extremes = extremesLayout(shape, networks, chunksOf(samples, rows).length);
  const alone = { shape, test: samples, scopes: [], ordersPerScope: [], stride: 1, sweep: "fast" } as const;
  return [
    [
      ...plannedArrays(basis, parametersLayout(shape, networks)),
      ...plannedArrays(basis, forwardPassLayout({ shape, networks, samples, rows })),
      ...plannedArrays(basis, extremes.arrays),
      readBack(plannedArrays(basis, extremes.read)),
    ],
    [...planBesideData(basis, { ...alone, modes: ["optimal"] }, networks).arrays],
  ];
}

function momentArrays(basis: PlanBasis, size: FittingSize): PlannedArray[][] {
  const scopes = hiddenUnits(size.shape).map((_, layer) => [layer]);
  return multipliedArrays(basis, size, { kind: "products", pairs: layerPairs(scopes, true) });
}

/** At the fullest moment of fitting to so many networks, beside the data; nothing where no mode needs it. */
export function fittingArrays(basis: PlanBasis, size: FittingSize, networks: number): PlannedArray[] {
  const phases = [
    ...(needsConstants(size.modes) ? constantArrays(basis, size, networks) : []),
    ...(needsMoments(size.modes) ? momentArrays(basis, size) : []),
  ];
  return phases.reduce<PlannedArray[]>((fullest, one) => (totalBytes(one) > totalBytes(fullest) ? one : fullest), []);
}
