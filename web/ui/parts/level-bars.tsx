/**
 * One histogram a class, upright: levels from the lowest up. Widths are square roots of shares (a rootogram), as many
 * outputs lie in one level at an end, beside which the others would be too thin to see.
 */
import { greatest } from "../../../src/core/long-arrays.ts";
import { classNaming } from "./class-bars.tsx";

export interface ClassLevels {
  /** [levels]: samples of the class. */
  readonly counts: readonly number[];
  readonly marked: boolean;
}

interface LevelBarsProps {
  readonly title: string;
  readonly columns: readonly ClassLevels[];
  readonly names?: readonly string[] | undefined;
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

/** Rows that there is room for; of more levels some are drawn together. */
const MOST_ROWS = 32;

/** [rows]: shares of the class, from the lowest levels up. */
function rowShares(counts: readonly number[]): number[] {
  const together = Math.ceil(counts.length / MOST_ROWS);
  const all = Math.max(1, total(counts));
  const firsts = Array.from({ length: Math.ceil(counts.length / together) }, (_, row) => row * together);
  return firsts.map((first) => total(counts.slice(first, first + together)) / all);
}

/** Outline of a histogram in a square of 1 x rows, the lowest at the bottom; `most` is a share that fills the width. */
function outline(shares: readonly number[], most: number): string {
  const steps = shares.map((share, row) => `H${Math.sqrt(share / most).toFixed(4)}V${shares.length - row - 1}`);
  return `M0 ${shares.length}${steps.join("")}H0Z`;
}

/** What the outline shows, in words. */
function textOf(counts: readonly number[]): string {
  const fullest = counts.indexOf(greatest(counts));
  const [lowest, highest] = [counts.findIndex((count) => count > 0), counts.findLastIndex((count) => count > 0)];
  if (lowest === -1) return "no samples";
  const range = lowest === highest ? "no other" : `all in ${lowest} to ${highest}`;
  return `${counts[fullest]} of ${total(counts)} in level ${fullest}, ${range}`;
}

export function LevelBars({ title, columns, names }: LevelBarsProps) {
  const { nameOf, shownName } = classNaming(columns.length, names);
  const shares = columns.map(({ counts }) => rowShares(counts));
  const most = greatest(shares.flat()) || 1;
  return (
    <figure class="class-bars levels">
      <figcaption>{title}</figcaption>
      <ul>
        {columns.map(({ counts, marked }, index) => (
          <li key={nameOf(index)} class={marked ? "marked" : ""} title={`${nameOf(index)}: ${textOf(counts)}`}>
            <svg
              class="bar-room"
              viewBox={`0 0 1 ${shares[index]!.length}`}
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              <path d={outline(shares[index]!, most)} />
            </svg>
            <span class="bar-name">
              {shownName(index)}
              <span class="hidden-text">{`: ${textOf(counts)}`}</span>
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
