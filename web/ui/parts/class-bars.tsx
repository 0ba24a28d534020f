/** One bar a class: a share of a fixed height, or a change up and down from a line in the middle. */

export interface ClassBar {
  /** Height above the line, as a share of the room there. */
  readonly up: number;
  /** Height below the line; only where bars have two sides. */
  readonly down?: number;
  /** The value in words; shown on hover and read aloud. */
  readonly text: string;
  readonly marked?: boolean;
}

interface ClassBarsProps {
  readonly title: string;
  readonly bars: readonly ClassBar[];
  /** Bars go both ways. */
  readonly twoSided?: boolean;
  readonly names?: readonly string[] | undefined;
  readonly colour?: string;
}

/** More classes than that leave no room for names. */
const MOST_NAMES = 26;

/** Names of classes: all of them for hover, and those that there is room for; and what a sample of a class is called. */
export function classNaming(classes: number, names: readonly string[] | undefined) {
  const nameOf = (index: number) => names?.[index] ?? String(index);
  const shownName = (index: number) => (classes > MOST_NAMES ? "" : nameOf(index));
  return { nameOf, shownName, sampleOf: (index: number) => sampleNamed(nameOf(index)) };
}

/** `a 7`, `an 8`, `of class ant`. */
function sampleNamed(name: string): string {
  if (!/^\d+$/.test(name)) return `of class ${name}`;
  return /^(8\d*|11|18)$/.test(name) ? `an ${name}` : `a ${name}`;
}

const height = (share: number) => `${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`;

export function ClassBars({ title, bars, twoSided = false, names, colour }: ClassBarsProps) {
  const { nameOf, shownName } = classNaming(bars.length, names);
  return (
    <figure
      class={twoSided ? "class-bars two-sided" : "class-bars"}
      style={colour === undefined ? {} : { "--column": colour }}
    >
      <figcaption>{title}</figcaption>
      <ul>
        {bars.map((bar, index) => (
          <li key={nameOf(index)} class={bar.marked === true ? "marked" : ""} title={`${nameOf(index)}: ${bar.text}`}>
            <span class="bar-room" aria-hidden="true">
              <i class="bar-up" style={{ height: height(bar.up) }} />
            </span>
            {twoSided ? (
              <span class="bar-room below" aria-hidden="true">
                <i class="bar-down" style={{ height: height(bar.down ?? 0) }} />
              </span>
            ) : null}
            <span class="bar-name">
              {shownName(index)}
              <span class="hidden-text">{`: ${bar.text}`}</span>
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
