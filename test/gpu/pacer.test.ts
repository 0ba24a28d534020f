/** Long work asks a gate before every submit: it waits where that is closed, and ends where that says so. */
import { expect, test } from "vitest";
import { createContext, type Gate } from "../../src/gpu/device/context.ts";
import { Pacer } from "../../src/gpu/device/pacer.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { testAdapterName } from "../support/gpu.ts";

/** A promise that is resolved from outside. */
function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function gated(gate: Gate) {
  const { adapter, facts } = await openAdapter({ name: testAdapterName });
  return createContext(adapter, facts, { defaultLimits: true, gate });
}

/** Work whose units record nothing, so that only the order of events matters. */
function countedWork(units: number) {
  const encoded: number[] = [];
  const finished: number[] = [];
  const work = {
    label: "counted",
    units,
    encode: (_: unknown, first: number, end: number) => {
      for (let unit = first; unit < end; unit++) encoded.push(unit);
    },
    onProgress: (done: number) => finished.push(done),
  };
  return { work, encoded, finished };
}

test("work waits at a closed gate with nothing in flight, and goes on where it stopped", async () => {
  const { work, encoded, finished } = countedWork(40);
  const opening = withResolvers();
  const reached = withResolvers();
  let asked = 0;
  using gpu = await gated(() => {
    if (++asked !== 3) return undefined;
    reached.resolve();
    return opening.promise;
  });
  const running = new Pacer(gpu).run(work);
  await reached.promise;
  await gpu.finished();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const atGate = encoded.length;
  expect(atGate).toBeLessThan(40);
  expect(finished.at(-1)).toBe(atGate);
  opening.resolve();
  await running;
  expect(encoded).toEqual(Array.from({ length: 40 }, (_, unit) => unit));
  expect(finished.at(-1)).toBe(40);
});

test("work ends with the gate's error, and submits nothing more", async () => {
  const { work, encoded } = countedWork(40);
  let asked = 0;
  using gpu = await gated(() => {
    if (++asked === 2) throw new Error("enough");
    return undefined;
  });
  await expect(new Pacer(gpu).run(work)).rejects.toThrow("enough");
  expect(encoded).toEqual([0]);
});

test("a wait at the gate does not count as work: what a device does in a time is not underestimated", async () => {
  const { work } = countedWork(6);
  let asked = 0;
  using gpu = await gated(() => (++asked === 2 ? new Promise((resolve) => setTimeout(resolve, 2000)) : undefined));
  const before = gpu.pace.unitOperations;
  // As many operations as may last one submit: had the wait counted, a unit would seem to last 400 ms.
  await new Pacer(gpu).run({ ...work, unitOperations: before });
  expect(gpu.pace.unitOperations).toBe(before);
});
