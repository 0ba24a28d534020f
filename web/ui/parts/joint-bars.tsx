/** One column a class: the shares of its samples for which both neurons fire, one of them alone, or neither. */
import { classNaming } from "./class-bars.tsx";

/** Of the samples of a class, from the bottom up. */
const jointCells = ["both", "first", "second", "neither"] as const;
type JointCell = (typeof jointCells)[number];

interface JointBarsProps {
  readonly title: string;
  /** [classes]: samples. */
  readonly counts: readonly Readonly<Record<JointCell, number>>[];
  readonly cellNames: Readonly<Record<JointCell, string>>;
  readonly names?: readonly string[] | undefined;
}

export function JointBars({ title, counts, cellNames, names }: JointBarsProps) {
  const { nameOf, shownName } = classNaming(counts.length, names);
  return (
    <figure class="class-bars joint">
      <figcaption>{title}</figcaption>
      <ul>
        {counts.map((cells, index) => {
          const total = Math.max(
            1,
            jointCells.reduce((sum, cell) => sum + cells[cell], 0),
          );
          const text = jointCells.map((cell) => `${cellNames[cell]} ${cells[cell]}`).join(", ");
          return (
            <li key={nameOf(index)} title={`${nameOf(index)}: ${text}`}>
              <span class="bar-room" aria-hidden="true">
                {jointCells.toReversed().map((cell) => (
                  <i key={cell} class={`cell-${cell}`} style={{ height: `${(100 * cells[cell]) / total}%` }} />
                ))}
              </span>
              <span class="bar-name">
                {shownName(index)}
                <span class="hidden-text">{`: ${text}`}</span>
              </span>
            </li>
          );
        })}
      </ul>
      <ul class="cell-names">
        {jointCells.map((cell) => (
          <li key={cell}>
            <i class={`swatch cell-${cell}`} />
            {cellNames[cell]}
          </li>
        ))}
      </ul>
    </figure>
  );
}
