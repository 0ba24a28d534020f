/**
 * Kills workers of a queue again and again while a grid waits for them, and the Redis server, too, which starts again from its
 * append-only file; needs redis-server:
 *   npm run build && npx tsx scripts/kill-workers.ts [--kills 40] [--restarts 4] [--workers 4] [--seed 1] [--adapter swiftshader]
 * Each cell is two jobs of its repeats and one behind them. At random moments a worker, by chance, is killed by SIGKILL, and another starts
 * in its place. Checked: the grid ends with 0, and its folder has the files of an undisturbed one, byte for byte but for times, and
 * nothing else. Ends with 1 otherwise.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { redisServer } from "../test/support/redis-server.ts";
import { faultsOf, filesOf, isHidden, type Running, seeded, start, tinyGrid, writeTable } from "./tiny-commands.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "40" },
    restarts: { type: "string", default: "4" },
    workers: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    adapter: { type: "string", default: "swiftshader" },
  },
});

/** Between two kills, at most: about what a worker needs to start, and to do a job. */
const MOST_PAUSE_MS = 20_000;

const scratch = mkdtempSync(join(tmpdir(), "gpu-importance-workers-"));
const next = seeded(Number(values.seed));
const device = ["--adapter", values.adapter];
const checkpoints = ["--checkpoint-seconds", "0"];

async function main(): Promise<number> {
  writeTable(scratch);
  writeFileSync(join(scratch, "grid.yaml"), tinyGrid("activation: [sigmoid, tanh, relu]", "seed: [1, 2]"));
  const gridTo = (out: string, options: readonly string[]) =>
    start(["grid", "grid.yaml", "--out", out, "--no-report", ...options], scratch);
  const whole = await gridTo("whole", [...checkpoints, ...device]).ended;
  if (whole.code !== 0) throw new Error(whole.stderr);

  const server = await redisServer("secret", scratch);
  const queue = ["--queue", `redis://:secret@127.0.0.1:${server.port}`];
  const worker = () => start(["work", ...queue, "--no-report", ...checkpoints, ...device], scratch);
  const waiting = gridTo("queued", [...queue, "--shards", "2"]);
  let isOver = false;
  void waiting.ended.then(() => {
    isOver = true;
  });
  const workers: Running[] = Array.from({ length: Number(values.workers) }, worker);
  const [mostKills, mostRestarts] = [Number(values.kills), Number(values.restarts)];
  let kills = 0;
  let restarts = 0;
  while (!isOver) {
    await pause(next() * MOST_PAUSE_MS);
    if (isOver || kills >= mostKills) continue;
    const place = Math.floor(next() * workers.length);
    workers[place]!.child.kill("SIGKILL");
    kills++;
    workers[place] = worker();
    if (restarts < mostRestarts && kills >= ((restarts + 1) * mostKills) / (mostRestarts + 1)) {
      await server.stop();
      await server.start();
      restarts++;
    }
  }
  const ended = await waiting.ended;
  for (const { child } of workers) child.kill("SIGKILL");
  await Promise.all(workers.map((one) => one.ended));
  await server.stop();
  const files = filesOf(join(scratch, "queued"));
  const faults = [
    ...(ended.code === 0 ? [] : [ended.stderr]),
    ...faultsOf(files, filesOf(join(scratch, "whole")), true),
    ...[...files.keys()].filter(isHidden).map((name) => `left ${name}`),
  ];
  const again = ended.stderr.match(/put in again/g)?.length ?? 0;
  process.stdout.write(
    `seed ${values.seed}: ${values.workers} workers, ${kills} kills, Redis killed and started again ${restarts} times, jobs put in again ` +
      `${again} times; ${files.size} files, ${Math.round(ended.elapsedMs / 1000)} s; ${faults.length} faults\n`,
  );
  for (const fault of faults) process.stdout.write(`  FAULT ${fault}\n`);
  return faults.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
