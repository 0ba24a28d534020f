/** Long work of the lab, one job after another, whatever is asked for while one ends. */
import { expect, test } from "vitest";
import { type JobOutcome, JobQueue } from "../../web/engine/job-queue.ts";
import { WorkGate } from "../../web/engine/work-gate.ts";

/** A queue that writes down what its jobs do; a job waits for the gate once. */
function watchedQueue() {
  const gate = new WorkGate();
  const queue = new JobQueue(gate);
  const log: string[] = [];
  const add = (name: string, onEnd: (outcome: JobOutcome) => void = () => {}) =>
    queue.add({
      async run() {
        log.push(`${name} begins`);
        await null;
        await gate.ask();
      },
      onFault: (error) => log.push(`${name} fails: ${error}`),
      onEnd(outcome, hasRun) {
        log.push(`${name} ${hasRun ? "ends" : "never ran"}: ${outcome}`);
        onEnd(outcome);
      },
    });
  return { queue, log, add };
}

test("a job that is added when another ends waits its turn", async () => {
  const { log, add } = watchedQueue();
  const first = add("a", () => void add("c"));
  void add("b");
  await first;
  expect(log).toEqual(["a begins", "a ends: done", "b begins", "b ends: done", "c begins", "c ends: done"]);
});

test("jobs that are given up say whether they had begun", async () => {
  const { queue, log, add } = watchedQueue();
  const first = add("a");
  void add("b");
  queue.cancel(() => true);
  void add("c");
  await first;
  expect(queue.busy).toBe(false);
  expect(log).toEqual(["a begins", "b never ran: cancelled", "a ends: cancelled", "c begins", "c ends: done"]);
});
