/**
 * Opens a device, computes on it and disposes of it, over and over, and shows what the process keeps (Linux):
 *   node --import tsx scripts/check-devices.ts [--cycles N] [--adapter NAME]
 * Ends with 1 where threads or open files grow after the first cycle.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { openDevice } from "../src/index.ts";
import { selfTest } from "../src/tuning/self-test.ts";

const { values } = parseArgs({
  options: { cycles: { type: "string", default: "200" }, adapter: { type: "string", default: "swiftshader" } },
});
const cycles = Number(values.cycles);

interface Kept {
  readonly threads: number;
  readonly files: number;
}

function kept(): Kept {
  return { threads: readdirSync("/proc/self/task").length, files: readdirSync("/proc/self/fd").length };
}

function show(cycle: number, { threads, files }: Kept): void {
  const megabytes = (process.memoryUsage().rss / 1e6).toFixed(0);
  console.log(`${cycle} devices: ${threads} threads, ${files} open files, ${megabytes} MB`);
}

show(0, kept());
let first: Kept | undefined;
for (let cycle = 1; cycle <= cycles; cycle++) {
  {
    using gpu = await openDevice({ adapter: values.adapter });
    const { product, histogram } = await selfTest(gpu, () => performance.now());
    if (!product.passed || !histogram.passed) throw new Error(`device ${cycle} computes wrongly`);
  }
  first ??= kept();
  if (cycle === 1 || cycle % Math.ceil(cycles / 8) === 0 || cycle === cycles) show(cycle, kept());
}
const last = kept();
process.exit(last.threads > first!.threads || last.files > first!.files ? 1 : 0);
