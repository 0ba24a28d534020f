/**
 * The order of rows in which a picture of all pairs shows clusters: the leaves of a hierarchical clustering by average linkage
 * (UPGMA), each merger turned so that the most alike ends meet. By chains of nearest neighbours (Murtagh, "A survey of recent
 * advances in hierarchical clustering algorithms", The Computer Journal 26, 1983): quadratic, where ml-hclust 4.0.0 copies its
 * matrix at every merger: cubic, 5 s for 500 neurons, and with its ml-matrix 77 kB of a page whose script has 180.
 */

/** A cluster is known by the row of its first member in the matrix, which is that of its means. */
class Clusters {
  /** [n, n]: mean similarity of any member of one to any of the other. */
  readonly #similarities: Float64Array;
  readonly #count: number;
  /** [n]: members in order; undefined once merged into another. */
  readonly #members: (readonly number[] | undefined)[];

  constructor(count: number, similarity: (first: number, second: number) => number) {
    this.#count = count;
    this.#similarities = new Float64Array(count * count);
    this.#members = Array.from({ length: count }, (_, row) => [row]);
    for (let second = 1; second < count; second++) {
      for (let first = 0; first < second; first++) {
        const value = similarity(first, second);
        this.#similarities[first * count + second] = value;
        this.#similarities[second * count + first] = value;
      }
    }
  }

  /** The first that is left. */
  get first(): number {
    return this.#members.findIndex((own) => own !== undefined);
  }

  members(cluster: number): readonly number[] {
    return this.#members[cluster]!;
  }

  similarity(first: number, second: number): number {
    return this.#similarities[first * this.#count + second]!;
  }

  /** @param preferred of clusters that are equally near: without it a chain might turn in a circle; else the first */
  nearest(cluster: number, preferred: number | undefined): number {
    let best = preferred;
    for (let other = 0; other < this.#count; other++) {
      if (other === cluster || this.#members[other] === undefined) continue;
      if (best === undefined || this.similarity(cluster, other) > this.similarity(cluster, best)) best = other;
    }
    return best!;
  }

  /** Into `first`. @param alike similarity of two rows */
  merge(first: number, second: number, alike: (a: number, b: number) => number): void {
    const [own, others] = [this.members(first), this.members(second)];
    const count = this.#count;
    for (let other = 0; other < count; other++) {
      if (other === first || other === second || this.#members[other] === undefined) continue;
      const sum = own.length * this.similarity(first, other) + others.length * this.similarity(second, other);
      const mean = sum / (own.length + others.length);
      this.#similarities[first * count + other] = mean;
      this.#similarities[other * count + first] = mean;
    }
    this.#members[second] = undefined;
    this.#members[first] = joined(own, others, alike);
  }
}

/** Both lists, either turned round where that makes their ends more alike. */
function joined(
  first: readonly number[],
  second: readonly number[],
  alike: (a: number, b: number) => number,
): number[] {
  const ways = [first, first.toReversed()].flatMap((left) =>
    [second, second.toReversed()].map((right) => ({ left, right, value: alike(left.at(-1)!, right[0]!) })),
  );
  const { left, right } = ways.reduce((best, way) => (way.value > best.value ? way : best));
  return left.concat(right);
}

/**
 * @param similarity of two rows, the lower first; finite
 * @returns [count]: rows
 */
export function clusterOrder(count: number, similarity: (first: number, second: number) => number): Uint32Array {
  if (count === 0) return new Uint32Array();
  const clusters = new Clusters(count, similarity);
  const alike = (a: number, b: number) => (a < b ? similarity(a, b) : similarity(b, a));
  const chain: number[] = [];
  for (let left = count; left > 1; ) {
    if (chain.length === 0) chain.push(clusters.first);
    const [before, last] = [chain.at(-2), chain.at(-1)!];
    const next = clusters.nearest(last, before);
    if (next !== before) {
      chain.push(next);
      continue;
    }
    chain.length -= 2;
    clusters.merge(Math.min(before, last), Math.max(before, last), alike);
    left--;
  }
  return Uint32Array.from(clusters.members(clusters.first));
}
