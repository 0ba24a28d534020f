/**
 * Times, in seconds of a core, the decompositions of all pairs of neurons, from counts of made-up bits of 10,000 samples in 10 classes:
 *   npx tsx scripts/time-pairs.ts [neurons ...]
 */
import { RandomSequence, streams } from "../src/core/random.ts";
import { type Bit, betweenInformation, bitOf, type Pair, pairOf } from "../src/pairs/pair.ts";
import { decompositions } from "../src/pairs/registry.ts";

const CLASSES = 10;
const SAMPLES = 1000; // of each class

/** Of this process, whatever else the machine does. */
const coreMs = () => process.cpuUsage().user / 1000;

/** Bits that depend on a class each, and on one another: two share a third of their ones. */
function madeUpPairs(neurons: number): () => Pair[] {
  const random = new RandomSequence(0, 0, streams.randomRanking);
  const samplesPerClass = new Uint32Array(CLASSES).fill(SAMPLES);
  const bits = Array.from({ length: neurons }, (): Bit => {
    const ones = Uint32Array.from({ length: CLASSES }, () => random.nextBelow(SAMPLES + 1));
    const countsPerLevel = Uint32Array.from([...ones.map((count) => SAMPLES - count), ...ones]);
    return bitOf({ samples: CLASSES * SAMPLES, levels: 2, countsPerLevel, samplesPerClass });
  });
  const both = (first: Bit, second: Bit) =>
    first.divergences.map((_, label) => {
      const [own, other] = [first.ones[label]!, second.ones[label]!];
      const least = Math.max(0, own + other - SAMPLES);
      return least + random.nextBelow(Math.min(own, other) - least + 1);
    });
  const tables = bits.flatMap((first, index) =>
    bits.slice(index + 1).map((second) => ({ first, second, both: both(first, second) })),
  );
  return () => tables.map(({ first, second, both: common }) => pairOf(first, second, common));
}

for (const neurons of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 200]) {
  const pairs = madeUpPairs(neurons);
  const start = coreMs();
  const known = pairs();
  let sum = 0;
  for (const pair of known) sum += betweenInformation(pair);
  let last = coreMs();
  const times = [`information ${(last - start).toFixed(0)} ms`];
  for (const { id, parts } of decompositions) {
    for (const pair of known) sum += parts(pair).redundancy;
    const now = coreMs();
    times.push(`${id} ${(now - last).toFixed(0)} ms`);
    last = now;
  }
  console.log(
    `${neurons} neurons, ${known.length} pairs: ${(last - start).toFixed(0)} ms (${times.join(", ")}); sum ${sum}`,
  );
}
