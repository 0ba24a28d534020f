/** How a profiled submit is cut into compute passes: plain planning, no device. */

/** Passes of one submit at most: as many pairs of timestamps as a slot holds. */
export const MOST_PASSES = 256;

/** Consecutive dispatches of one kernel within a submit. */
export interface Run {
  readonly label: string;
  /** The first dispatch of a pipeline: some drivers compile there, so it is timed alone. */
  readonly firstUse: boolean;
  /** Whether this kernel has been timed in this kind of submit before. */
  readonly known: boolean;
}

/** Runs [first, end) that share a pass. */
export interface PlannedPass {
  readonly first: number;
  readonly end: number;
}

/** Which runs get a pass of their own: first a stretch that holds all that was never timed, else a stretch that moves on. */
function windowOf(runs: readonly Run[], allowance: number, rotation: number): PlannedPass {
  const unknown = runs.flatMap(({ known, firstUse }, index) => (known || firstUse ? [] : [index]));
  if (unknown.length > 0) {
    const first = unknown[0]!;
    return { first, end: Math.max(unknown.at(-1)! + 1, first + allowance) };
  }
  const first = runs.length <= allowance ? 0 : rotation % runs.length;
  return { first, end: first + allowance };
}

/**
 * Cuts a submit into passes: runs within the window stand alone, the others share a pass as far as they are neighbours.
 * @param allowance passes of their own that may be spent on kernels that are known
 * @param rotation where the window begins, modulo the runs, so that in time it has been everywhere
 */
export function planPasses(runs: readonly Run[], allowance: number, rotation: number): PlannedPass[] {
  const window = windowOf(runs, allowance, rotation);
  const passes: PlannedPass[] = [];
  let shared = false; // whether the last pass takes further runs
  runs.forEach(({ firstUse }, index) => {
    const alone = firstUse || (index >= window.first && index < window.end);
    const full = passes.length === MOST_PASSES;
    if (full || (shared && !alone)) passes.push({ first: passes.pop()!.first, end: index + 1 });
    else passes.push({ first: index, end: index + 1 });
    shared = !alone;
  });
  return passes;
}
