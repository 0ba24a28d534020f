/** What a study will take, for people, before it begins. */
import type { Part, PartEstimate } from "../../estimate-trial.ts";

const titles: Readonly<Record<Part, string>> = {
  train: "training",
  measure: "measuring",
  search: "searching orders",
  fit: "fitting constants",
  curves: "curves",
  rebuild: "rebuilt curves",
  singles: "single removals",
  pairs: "pair removals",
};
/** Above this share of the evaluations, it is said how to have fewer single removals. */
const MOST_SINGLES = 0.5;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** As precise as a short trial is: `under 10 s`, `about 40 s`, `about 3 min`, `about 2.5 h`. */
export function aboutText(ms: number): string {
  if (ms < 10 * SECOND) return "under 10 s";
  if (ms < 1.5 * MINUTE) return `about ${10 * Math.round(ms / SECOND / 10)} s`;
  if (ms < 10 * MINUTE) return `about ${Math.round((2 * ms) / MINUTE) / 2} min`;
  if (ms < 1.5 * HOUR) return `about ${Math.round(ms / MINUTE)} min`;
  return `about ${Math.round((2 * ms) / HOUR) / 2} h`;
}

/** A line for each part, one for all of them. */
export function workLines(estimates: readonly PartEstimate[]): string[] {
  const amounts = estimates.map(({ amount, unit }) => `${amount.toLocaleString("en-US")} ${unit}`);
  const width = amounts.reduce((most, { length }) => Math.max(most, length), 0);
  const lines = estimates.map(({ part, milliseconds }, index) => {
    const lead = index === 0 ? "work:    " : "         ";
    return `${lead}${titles[part].padEnd(17)}${amounts[index]!.padEnd(width)}  ${aboutText(milliseconds)}`;
  });
  const all = estimates.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const total = `         in all ${aboutText(all)}: an estimate, from short trials on this adapter`;
  return [...lines, total, ...fewerText(estimates)];
}

function fewerText(estimates: readonly PartEstimate[]): string[] {
  const evaluations = (part: Part) => estimates.find((one) => one.part === part)?.amount ?? 0;
  const [curves, singles] = [evaluations("curves") + evaluations("rebuild"), evaluations("singles")];
  if (singles <= MOST_SINGLES * (curves + singles)) return [];
  const share = Math.round((100 * singles) / (curves + singles));
  return [`note:    ${share} % of the evaluations are single removals; --singles 100 or none makes fewer`];
}
