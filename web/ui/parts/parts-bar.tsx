/** What two neurons know of the class as one bar of four parts. Parts below 0 stand left of the line from which it begins. */
import type { PairParts } from "../../engine/pairs/pair-notices.ts";
import { decimal } from "../numbers.ts";

interface PartsBarProps {
  readonly parts: PairParts;
  readonly names: readonly [string, string];
  readonly jointInformation: number;
  /** Mean of the joint information where labels are permuted. */
  readonly chance: number;
}

interface Piece {
  readonly id: string;
  readonly name: string;
  readonly bits: number;
  /** Where it begins and ends, bits. */
  readonly from: number;
  readonly to: number;
}

/** Those above 0 one after another to the right, the others to the left. */
function piecesOf({ redundancy, unique, synergy }: PairParts, names: readonly [string, string]): Piece[] {
  let [left, right] = [0, 0];
  return [
    { id: "redundancy", name: "Redundancy", bits: redundancy },
    { id: "first", name: `Unique to ${names[0]}`, bits: unique[0] },
    { id: "second", name: `Unique to ${names[1]}`, bits: unique[1] },
    { id: "synergy", name: "Synergy", bits: synergy },
  ].map((part) => {
    const from = part.bits >= 0 ? right : left + part.bits;
    const piece = { ...part, from, to: from + Math.abs(part.bits) };
    if (part.bits >= 0) right = piece.to;
    else left = from;
    return piece;
  });
}

export function PartsBar({ parts, names, jointInformation, chance }: PartsBarProps) {
  const pieces = piecesOf(parts, names);
  const least = pieces.reduce((value, { from }) => Math.min(value, from), 0);
  const most = pieces.reduce((value, { to }) => Math.max(value, to), Math.max(chance, 1e-9));
  const place = (bits: number) => `${((100 * (bits - least)) / (most - least)).toFixed(2)}%`;
  const width = (bits: number) => `${((100 * bits) / (most - least)).toFixed(2)}%`;
  return (
    <figure class="parts">
      <div class="parts-bar" aria-hidden="true">
        {pieces.map(({ id, name, bits, from, to }) => (
          <i
            key={id}
            class={`part-${id}`}
            title={`${name} ${decimal(bits, 3)} bit`}
            style={{ left: place(from), width: width(to - from) }}
          />
        ))}
        {least < 0 ? <b class="parts-zero" style={{ left: place(0) }} /> : null}
        <b class="parts-chance" title="Joint information by chance" style={{ left: place(chance) }} />
      </div>
      <figcaption>
        <dl class="facts numbers">
          {pieces.map(({ id, name, bits }) => (
            <div key={id}>
              <dt>
                <i class={`swatch part-${id}`} />
                {name}
              </dt>
              <dd>{`${decimal(bits, 3)} bit`}</dd>
            </div>
          ))}
          <div>
            <dt>Joint information</dt>
            <dd>{`${decimal(jointInformation, 3)} bit`}</dd>
          </div>
          <div>
            <dt title="The mean over all ways to permute the labels; a dashed line in the bar.">By chance</dt>
            <dd>{`${decimal(chance, 3)} bit`}</dd>
          </div>
        </dl>
      </figcaption>
    </figure>
  );
}
