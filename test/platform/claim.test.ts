/** Who may write into a folder: one process at a time, whatever was killed before. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Claim, claim, claimOfFile, claimOfFolder } from "../../src/platform/node/claim.ts";
import { ownMark, stateOf } from "../../src/platform/node/process-mark.ts";
import { root } from "../support/command-line.ts";
import { faultOf } from "../support/fault-of.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
const program = join(root, "test/support/claim-folder.mjs");
const briefly = { watchMs: 400 };

function folder(name: string): string {
  const path = join(scratch, name);
  mkdirSync(path);
  return path;
}

/** Starts a process that claims, and waits for what it says. */
async function claimer(path: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const child = spawn(process.execPath, [program, path], { stdio: ["ignore", "pipe", "inherit"] });
  const said = await new Promise<string>((resolve) => {
    child.stdout!.once("data", (chunk) => resolve(String(chunk).trim()));
  });
  return { child, said };
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await ended;
}

/** A claim of a process that cannot be asked. */
function leaveForeign(path: string, number = 1): string {
  const file = join(path, `.claim-${number}`);
  const content = {
    run: "other",
    place: "00000000",
    pid: 1,
    start: 1,
    host: "elsewhere",
    since: "2026-01-31T00:00:00Z",
  };
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe("a claim", () => {
  test("is refused while another holds it, with who that is, and leaves nothing when it is released", async () => {
    const path = folder("held");
    const first = await claim(claimOfFolder(path));
    const fault = await faultOf(claim(claimOfFolder(path)));
    expect(fault).toMatchObject({ what: "another process writes its results there", where: path });
    expect(fault.found).toMatch(new RegExp(`^process ${process.pid} on .+, since 2`));
    expect(fault.fix).toMatch(/another --out/);
    first.release();
    expect(readdirSync(path)).toEqual([]);
    (await claim(claimOfFolder(path))).release();
  });

  test("of a file does not keep others from other files of its folder", async () => {
    const path = folder("files");
    const first = await claim(claimOfFile(join(path, "a.onnx"), "--out"));
    const second = await claim(claimOfFile(join(path, "b.onnx"), "--out"));
    const fault = await faultOf(claim(claimOfFile(join(path, "a.onnx"), "--json")));
    expect(fault).toMatchObject({ where: join(path, "a.onnx"), fix: expect.stringContaining("--json") });
    for (const one of [first, second]) one.release();
    expect(readdirSync(path)).toEqual([]);
  });

  test("of a process that was killed is followed at once", async () => {
    const path = folder("killed");
    const { child, said } = await claimer(path);
    expect(said).toBe("own");
    await killed(child);
    expect(readdirSync(path)).toEqual([".claim-1"]);
    const next = await claim(claimOfFolder(path), { watchMs: Number.POSITIVE_INFINITY });
    expect(readdirSync(path)).toEqual([".claim-2"]);
    next.release();
    expect(readdirSync(path)).toEqual([]);
  });

  test("has one owner, however many want to follow one that was killed", async () => {
    for (let round = 0; round < 3; round++) {
      const path = folder(`many-${round}`);
      const { child } = await claimer(path);
      await killed(child);
      const all = await Promise.all(Array.from({ length: 4 }, () => claimer(path)));
      expect(all.map(({ said }) => said).toSorted()).toEqual(["RunError", "RunError", "RunError", "own"]);
      await Promise.all(all.filter(({ said }) => said === "own").map((one) => killed(one.child)));
    }
  });

  test("of a process elsewhere holds as long as it is renewed, and no longer", async () => {
    const path = folder("elsewhere");
    const file = leaveForeign(path);
    let renewed = 0;
    const renewal = setInterval(() => utimesSync(file, new Date(), new Date(++renewed * 1000)), 50);
    const told: string[] = [];
    const watch = { ...briefly, tell: (line: string) => told.push(line) };
    const fault = await faultOf(claim(claimOfFolder(path), watch));
    clearInterval(renewal);
    expect(told).toEqual([expect.stringContaining("process 1 on elsewhere may write to the same place")]);
    expect(fault.found).toBe("process 1 on elsewhere, since 2026-01-31T00:00:00Z");
    (await claim(claimOfFolder(path), briefly)).release();
    expect(readdirSync(path)).toEqual([]);
  });

  test("that was never filled is over", async () => {
    const path = folder("empty");
    writeFileSync(join(path, ".claim-1"), "");
    (await claim(claimOfFolder(path), briefly)).release();
    expect(readdirSync(path)).toEqual([]);
  });

  test("that another has followed is held no more", async () => {
    const path = folder("followed");
    const own = await claim(claimOfFolder(path));
    await own.require();
    leaveForeign(path, 2);
    expect(await faultOf(own.require())).toMatchObject({ what: "another process has taken the place of this one" });
    own.release();
    expect(readdirSync(path)).toEqual([".claim-2"]);
  });

  test("is made again where somebody removed the folder, and nobody has followed", async () => {
    const path = folder("removed");
    const own: Claim = await claim(claimOfFolder(path));
    const before = readFileSync(join(path, ".claim-1"), "utf8");
    rmSync(path, { recursive: true });
    await Promise.all([own.require(), own.require()]);
    expect(readFileSync(join(path, ".claim-1"), "utf8")).toBe(before);
    own.release();
    expect(readdirSync(path)).toEqual([]);
  });
});

describe.runIf(process.platform === "linux")("the state of a process", () => {
  test("is known by its number and its start", () => {
    expect(stateOf(ownMark)).toBe("running");
    expect(stateOf({ ...ownMark, start: ownMark.start + 1 })).toBe("ended");
    expect(stateOf({ ...ownMark, pid: 2 ** 22 + 1 })).toBe("ended");
    expect(stateOf({ ...ownMark, place: "00000000" })).toBe("unknown");
  });
});
