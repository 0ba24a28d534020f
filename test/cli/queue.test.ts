/** Grids whose cells wait in a queue on Redis, and workers that do them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandLine, onSwiftShader } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { hasRedis, type RedisServer, redisServer } from "../support/redis-server.ts";
import { filesBelow, scratchFolder } from "../support/scratch-folder.ts";

const PASSWORD = "kept-from-all-files";
/** Four programs one beside another, each with a device of its own. */
const SEVERAL_PROGRAMS_MS = 300_000;
const scratch = scratchFolder();
writeFolder(scratch, "tiny", tinyIdxFiles());
const common = "data: tiny\nepochs: 1\nrepeats: 2\nrandom-draws: 1\nscopes: network\nmodes: zero\nsingles: none\n";
writeFileSync(join(scratch, "grid.yaml"), `${common}activation: [sigmoid, relu]\nhidden: ["6,5", 8]\n`);
writeFileSync(join(scratch, "partly.yaml"), `${common}data: [tiny, nowhere]\n`.replace("data: tiny\n", ""));

const command = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  commandLine([...args], { folder: scratch, environment });
const read = (...path: string[]) => readFileSync(join(scratch, ...path), "utf8");
const tablesBelow = (out: string) =>
  filesBelow(join(scratch, out, "cells")).filter((file) => /\.(csv|safetensors)$/.test(file));

describe("an address", () => {
  test.each(["http://localhost", "localhost:6379", `redis://:${PASSWORD}@host/data`, "redis://"])(
    "that is none of Redis is refused, and not shown: %s",
    async (url) => {
      const { exitCode, stderr } = await command(["work", "--queue", url]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("the address of the queue is none of a Redis server");
      expect(stderr).not.toContain(PASSWORD);
    },
  );

  test("is needed, by the option or the environment", async () => {
    const { exitCode, stderr } = await command(["work"], { GPU_IMPORTANCE_QUEUE: "" });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("no queue is given")]);
  });

  test("where nothing answers is named without its password", async () => {
    const { exitCode, stderr } = await command(["work", "--queue", `redis://:${PASSWORD}@127.0.0.1:1`]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("redis://127.0.0.1:1: the Redis server cannot be reached");
    expect(stderr).not.toContain(PASSWORD);
  });
});

describe.skipIf(!hasRedis)("a queue", () => {
  let server: RedisServer;
  let url: string;
  beforeAll(async () => {
    server = await redisServer(PASSWORD, scratchFolder());
    url = `redis://:${PASSWORD}@127.0.0.1:${server.port}`;
  });
  afterAll(() => server.stop());

  /** A grid that waits for its cells, which are in the queue when this resolves. */
  async function putIn(file: string, out: string, options: readonly string[] = []) {
    const said = `${out}.txt`;
    const args = ["grid", file, "--out", out, "--queue", url, ...options];
    const end = commandLine(args, { folder: scratch, redirection: `2> ${said}` });
    const ended = end.then(() => true);
    while (!(existsSync(join(scratch, said)) && read(said).includes("cells put in"))) {
      if (await Promise.race([ended, pause(100, false)])) break;
    }
    return async () => ({ ...(await end), stderr: read(said) });
  }

  test.each([
    { what: "cells", out: "queued", options: [] },
    { what: "cells in shards", out: "divided", options: ["--shards", "3"] },
  ])(
    "of $what is done by workers as by a grid alone, and no file or message has the password",
    async ({ out, options }) => {
      const queued = await putIn("grid.yaml", out, options);
      const workers = [1, 2].map(() =>
        command(["work", "--queue", "--until-empty", "--no-report", ...onSwiftShader], { GPU_IMPORTANCE_QUEUE: url }),
      );
      // Goes on from what is there: computed once.
      const alone = await command(["grid", "grid.yaml", "--out", "alone", "--no-report", ...onSwiftShader]);
      const ended = await Promise.all([queued(), ...workers]);
      for (const { exitCode, stderr } of [alone, ...ended]) expect(exitCode, stderr).toBe(0);
      const shards = ended.slice(1).flatMap(({ stderr }) => stderr.match(/shard \d\/\d/g) ?? []);
      expect(shards.toSorted()).toEqual(
        options.length === 0 ? [] : [1, 2].flatMap((index) => Array(4).fill(`shard ${index}/2`)),
      );
      expect(ended[0]!.stderr).toMatch(/^queue: {3}4 of 4 cells done/m);
      const files = tablesBelow("alone");
      expect(files.length).toBeGreaterThan(12);
      expect(tablesBelow(out)).toEqual(files);
      for (const file of files) {
        expect(read(out, "cells", file) === read("alone", "cells", file), file).toBe(true);
      }
      expect(filesBelow(join(scratch, out))).toContain("report.html");
      for (const file of filesBelow(join(scratch, out))) expect(read(out, file)).not.toContain(PASSWORD);
      for (const { stdout, stderr } of ended) expect(stdout + stderr).not.toContain(PASSWORD);
    },
    SEVERAL_PROGRAMS_MS,
  );

  test("tells a cell that fails, does the others, and goes on where Redis was started anew", async () => {
    const queued = await putIn("partly.yaml", "partly", ["--shards", "2"]);
    await server.stop();
    await server.start();
    const worker = await command(["work", "--queue", url, "--until-empty", "--no-report", ...onSwiftShader]);
    expect(worker.exitCode, worker.stderr).toBe(0);
    const { exitCode, stderr } = await queued();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("1 of 2 cells failed");
    expect(stderr).toContain("nowhere");
  });

  test("that refuses the password is left, with what to do", async () => {
    const wrong = url.replace(PASSWORD, "another-secret");
    const { exitCode, stderr } = await command(["work", "--queue", wrong]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("the Redis server refuses the name or password");
    expect(stderr).not.toContain("another-secret");
  });
});
