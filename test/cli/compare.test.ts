/** `compare`: all measures in the time there is, on networks from files or trained ones. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import { parseGroupsCsv } from "../../src/report/files/groups-file.ts";
import { commandLine, finish, onSwiftShader, start } from "../support/command-line.ts";
import { tinyIdxFiles, writeFolder } from "../support/idx-folders.ts";
import { plantedNetwork } from "../support/planted-network.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { readResults } from "../support/written-results.ts";

const folder = scratchFolder();
writeFolder(folder, "tiny", tinyIdxFiles());
writeFileSync(join(folder, "planted.safetensors"), encodeSafetensors(plantedNetwork));
const compare = (...args: string[]) =>
  commandLine(["compare", ...args, "--data", "tiny", "--no-report", ...onSwiftShader], { folder });

test("networks of one's own are ranked by every measure that they allow, as told beforehand", async () => {
  const { exitCode, stdout, stderr } = await compare("planted.safetensors", "--groups", "2", "--out", "given");
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toMatch(/^budget: {2}every step of a curve, 10 random orders a scope, /m);
  expect(stdout).toMatch(/The best 5 of \d+ measures in each scope/);
  const { study } = readResults(join(folder, "given"));
  expect(study.config).toMatchObject({ models: ["planted.safetensors"], modes: ["mean"], stride: 1, randomDraws: 10 });
  expect(study.config.measures).toEqual(expect.arrayContaining(["entropy", "taylor", "shapley-mean"]));
  expect(study.config).toMatchObject({ groups: 2 });
  const groups = parseGroupsCsv(readFileSync(join(folder, "given", "groups.csv"), "utf8"));
  const rankings = groups[0]!.groups.map(({ ranking }) => ranking);
  expect(rankings).toEqual(expect.arrayContaining(["entropy", "shapley_mean", "most_informative"]));
});

test("without networks some are trained", async () => {
  const { exitCode, stderr } = await compare(
    ..."--hidden 6 --repeats 2 --epochs 2 --activation tanh --groups 3 --minutes 1 --out trained".split(" "),
  );
  expect(exitCode, stderr).toBe(0);
  const { study } = readResults(join(folder, "trained"));
  expect(study.config).toMatchObject({ repeats: 2, hidden: [6], epochs: 2, activation: "tanh", groups: 3 });
});

test("the same command goes on where it was killed", async () => {
  const args = ["compare", "planted.safetensors", "--out", "killed", "--data", "tiny", "--no-report", ...onSwiftShader];
  const running = start(args, { folder });
  running.stderr.on("data", (chunk) => /^measuring: 1 networks? in /m.test(String(chunk)) && running.kill("SIGKILL"));
  expect(await finish(running)).toMatchObject({ signal: "SIGKILL" });
  const { exitCode, stderr } = await commandLine(args, { folder });
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toContain("as the unfinished study in this folder was begun");
  expect(stderr).toContain("1 of 1 networks were measured by an earlier run");
});

test.each([
  ["--hidden", ["planted.safetensors", "--hidden", "5"], "is for networks that are trained"],
  ["--weights-layout", ["--weights-layout", "in-out"], "is for networks that come from files"],
])("%s is refused where it says nothing", async (option, args, message) => {
  const { exitCode, stderr } = await compare(...args, "--out", "none");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`${option} ${message}`) });
});
