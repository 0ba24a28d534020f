/** Evidence to verdicts: one family of tests, Holm-corrected. */
import { greatest, smallest } from "../../../core/long-arrays.ts";
import { withHolm } from "../../statistics/holm.ts";
import type { Claim, Estimate, Verdict } from "../analysis.ts";
import { type ClaimEvidence, type ClaimPart, LEVEL, short } from "./claim-evidence.ts";

/** What all parts together say. */
interface Joint {
  readonly weakest: ClaimPart;
  readonly p?: number;
}

/**
 * All parts must hold. In favour, that is an intersection-union test: every part positive, and p the largest (Berger,
 * Technometrics 24, 1982). Against, one part is enough: p the smallest among negative ones, times the number of parts
 * (Bonferroni). Parts' p are two-sided, so both together err with at most their level.
 */
function joint(parts: readonly ClaimPart[]): Joint {
  const weakest = parts.reduce((least, part) => (part.effect.mean < least.effect.mean ? part : least));
  if (parts.some(({ p }) => p === undefined)) return { weakest };
  const ps = (chosen: readonly ClaimPart[]) => chosen.map(({ p }) => p!);
  const negative = parts.filter(({ effect }) => effect.mean < 0);
  if (negative.length > 0) return { weakest, p: Math.min(1, parts.length * smallest(ps(negative))) };
  return { weakest, p: weakest.effect.mean === 0 ? 1 : greatest(ps(parts)) };
}

function effectText({ mean, interval }: Estimate): string {
  const range = interval === undefined ? "" : ` (95 % interval ${short(interval.low)} to ${short(interval.high)})`;
  return `${short(mean)}${range}`;
}

/** The verdict of a tested claim, with the sentence that gives its numbers. */
function decided(
  evidence: Tested,
  p: number,
  holm: number,
  family: number,
): Pick<Claim, "verdict" | "reason" | "tooFew"> {
  const { weakest } = evidence;
  const over = `after Holm's correction over ${family} test${family === 1 ? "" : "s"}`;
  const numbers = `${weakest.name} is ${effectText(weakest.effect)}; p = ${short(p)}, ${over} ${short(holm)}`;
  if (holm < LEVEL) {
    const verdict: Verdict = weakest.effect.mean > 0 ? "supported" : "contradicted";
    return { verdict, reason: `${numbers}.` };
  }
  const { smallestP, text, enough } = evidence.resolution;
  if (family * smallestP >= LEVEL) {
    const least = short(Math.min(1, family * smallestP));
    const tooFew = enough(family);
    return { verdict: "undecided", reason: `${text}, ${over} ${least}; ${tooFew}.`, tooFew };
  }
  return { verdict: "undecided", reason: `${numbers}, which is not below ${LEVEL}.` };
}

type Tested = Extract<ClaimEvidence, { parts: unknown }> & Joint;
type Assessed = Tested | (Extract<ClaimEvidence, { lacking: string }> & { readonly p?: never });

function assessed(evidence: ClaimEvidence): Assessed {
  return "lacking" in evidence ? evidence : { ...evidence, ...joint(evidence.parts) };
}

function claim(evidence: Assessed & { readonly holm?: number }, family: number, testable: number): Claim {
  const { id, statement, statistic, figure } = evidence;
  const text = { id, statement, statistic, figure };
  if ("lacking" in evidence) return { ...text, parts: [], verdict: "undecided", reason: `${evidence.lacking}.` };
  const { parts, p, holm, weakest, resolution } = evidence;
  const known = { ...text, parts, effect: weakest.effect };
  if (p === undefined || holm === undefined) {
    const tooFew = resolution.enough(testable);
    return { ...known, verdict: "undecided", reason: `${resolution.text}; ${tooFew}.`, tooFew };
  }
  return { ...known, p, holm, ...decided(evidence, p, holm, family) };
}

/** @param lists of claims, in any nesting that is convenient; all of them are one family */
export function judged(lists: readonly (readonly ClaimEvidence[])[]): Claim[][] {
  const corrected = withHolm<Assessed>(lists.map((list) => list.map(assessed)));
  const testable = corrected.flat().filter((evidence) => !("lacking" in evidence)).length;
  const family = corrected.flat().filter(({ holm }) => holm !== undefined).length;
  return corrected.map((list) => list.map((evidence) => claim(evidence, family, testable)));
}
