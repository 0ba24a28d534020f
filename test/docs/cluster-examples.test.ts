/** Examples for clusters say what the command line takes, and agree with themselves. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { UsageError } from "../../src/core/errors.ts";
import { shardOf } from "../../src/host/shard-of.ts";

const root = join(import.meta.dirname, "../..");
const text = (path: string) => readFileSync(join(root, "examples", path), "utf8");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const reference = readFileSync(join(root, "docs/cli.md"), "utf8");

interface Manifest {
  readonly spec: {
    readonly completions?: number;
    readonly podFailurePolicy: { readonly rules: readonly { readonly onExitCodes?: { readonly values: number[] } }[] };
    readonly template: { readonly spec: { readonly containers: readonly { image: string; args: string[] }[] } };
  };
}

const manifest = (name: string) => parse(text(`kubernetes/${name}.yaml`)) as Manifest;

/** The options of a command, as its reference has them. */
function optionsOf(command: string): string[] {
  const section = reference.slice(reference.indexOf(`<!-- options: ${command} -->`)).split("<!-- end -->")[0]!;
  return [...section.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, option]) => option!);
}

test.each(["job", "merge"])("the arguments of %s.yaml are options that there are", (name) => {
  const [container] = manifest(name).spec.template.spec.containers;
  const [command, ...args] = container!.args;
  const known = optionsOf(command!);
  expect(known).toContain("--out");
  for (const option of args.filter((arg) => arg.startsWith("--"))) expect(known).toContain(option);
  expect(container!.image).toBe(`gpu-importance:${version}`);
});

test("the indexed Job has as many shards as pods, and tries a usage error once", () => {
  const { completions, podFailurePolicy, template } = manifest("job").spec;
  const { args } = template.spec.containers[0]!;
  const shards = Number(args[args.indexOf("--shards") + 1]);
  expect(shards).toBe(completions);
  const places = Array.from({ length: completions! }, (_, index) => {
    return shardOf({ shard: "auto", shards }, { JOB_COMPLETION_INDEX: `${index}` })!.shard.index;
  });
  expect(places).toEqual(places.map((_, index) => index + 1));
  const refused = exitCodeOf(new UsageError({ what: "w", expected: "e", found: "f", fix: "x" }));
  expect(podFailurePolicy.rules[0]!.onExitCodes!.values).toEqual([refused]);
});

test("the image's Dockerfile installs what npm pack packs, on a Node that the package takes", () => {
  const lines = text("kubernetes/Dockerfile").split("\n");
  expect(lines.filter((line) => line.startsWith("FROM node:20-")).length).toBe(2);
  expect(lines).toContain('ENTRYPOINT ["gpu-importance"]');
});

test("Slurm's scripts name the options that they use", () => {
  const known = [...optionsOf("run"), ...optionsOf("merge")];
  for (const name of ["shard.sbatch", "merge.sbatch"]) {
    const line = text(`slurm/${name}`)
      .split("\n")
      .find((one) => one.includes("GPU_IMPORTANCE:-npx gpu-importance}"))!;
    const options = [...line.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option!);
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(known).toContain(option);
  }
});
