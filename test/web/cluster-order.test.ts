/** The order of rows by clusters, against merging the two most alike clusters again and again. */
import { describe, expect, test } from "vitest";
import { clusterOrder } from "../../web/engine/pairs/cluster-order.ts";
import { testRandom } from "../support/networks.ts";

type Similarity = (first: number, second: number) => number;

/** Every cluster of two or more that average linkage makes, as sorted lists; by the definition. */
function clustersOf(count: number, similarity: Similarity): number[][] {
  const alike = (a: number, b: number) => similarity(Math.min(a, b), Math.max(a, b));
  let clusters = Array.from({ length: count }, (_, row) => [row]);
  const made: number[][] = [];
  const mean = (a: readonly number[], b: readonly number[]) =>
    a.flatMap((x) => b.map((y) => alike(x, y))).reduce((sum, value) => sum + value, 0) / (a.length * b.length);
  while (clusters.length > 1) {
    let best = { a: clusters[0]!, b: clusters[1]!, value: Number.NEGATIVE_INFINITY };
    for (const [index, a] of clusters.entries())
      for (const b of clusters.slice(index + 1)) if (mean(a, b) > best.value) best = { a, b, value: mean(a, b) };
    const merged = [...best.a, ...best.b].sort((x, y) => x - y);
    made.push(merged);
    clusters = [...clusters.filter((one) => one !== best.a && one !== best.b), merged];
  }
  return made;
}

function randomSimilarity(count: number, seed: number): Similarity {
  const random = testRandom(seed);
  const values = Float64Array.from({ length: count * count }, () => random.nextUnit());
  return (first, second) => values[first * count + second]!;
}

describe("the order by clusters", () => {
  test.each([2, 3, 5, 8, 13, 30])("keeps the rows of every cluster of %i rows together", (count) => {
    for (let seed = 0; seed < 5; seed++) {
      const similarity = randomSimilarity(count, seed);
      const order = [...clusterOrder(count, similarity)];
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from(order.keys()));
      for (const cluster of clustersOf(count, similarity)) {
        const places = cluster.map((row) => order.indexOf(row)).sort((a, b) => a - b);
        expect(places.at(-1)! - places[0]!).toBe(cluster.length - 1);
      }
    }
  });

  test("turns clusters so that the most alike ends meet", () => {
    // 0 with 3 and 1 with 2 are pairs; of all others 3 and 1 are the most alike.
    const close: Readonly<Record<string, number>> = { "0,3": 9, "1,2": 8, "1,3": 2 };
    const order = [...clusterOrder(4, (first, second) => close[`${first},${second}`] ?? 1)];
    expect([
      [0, 3, 1, 2],
      [2, 1, 3, 0],
    ]).toContainEqual(order);
  });

  test("of rows that are all alike ends, and is the same every time", () => {
    const order = clusterOrder(50, () => 0);
    expect(new Set(order).size).toBe(50);
    expect(clusterOrder(50, () => 0)).toEqual(order);
    expect([...clusterOrder(1, () => 0)]).toEqual([0]);
    expect([...clusterOrder(0, () => 0)]).toEqual([]);
  });
});
