/**
 * What a partial information decomposition is: it divides what two neurons know of the class, I(T_i T_j;Y), into what either
 * knows (redundancy), what one of them alone knows (unique to it), and what only both together know (synergy).
 *
 *     I(T_i T_j;Y) = redundancy + unique_i + unique_j + synergy        I(T_i;Y) = redundancy + unique_i
 *
 * One part decides the others, up to rounding; a decomposition says the two that no subtraction of the other's rounding spoils.
 */
import type { Pair } from "./pair.ts";

interface Parts {
  /** Bits. What is unique to a neuron is I(T;Y) less this. */
  readonly redundancy: number;
  /** Bits. */
  readonly synergy: number;
}

export interface Decomposition {
  /** Name in files and columns. */
  readonly id: string;
  /** Name in tables and figures. */
  readonly title: string;
  /** What it takes for redundant, in a sentence that begins in lower case. */
  readonly meaning: string;
  /** Whether parts are at least 0, whatever the counts. */
  readonly neverNegative: boolean;
  parts(pair: Pair): Parts;
}

/** Both parts, of the redundancy alone. */
export function partsOf({ first, second, jointInformation }: Pair, redundancy: number): Parts {
  return { redundancy, synergy: jointInformation - first.information - second.information + redundancy };
}
