/** `gpu-importance data fetch`: public data sets into the user's cache folder. */
import { Argument, type Command } from "commander";
import { megabytes } from "../../core/megabytes.ts";
import { publicSets } from "../../data/digits/public-sets.ts";
import { fetchedFolder, fetchSet, isFetched } from "../../platform/node/fetched-data.ts";
import { print, tell } from "../display/standard-streams.ts";
import { addMessageOptions } from "../options/device-options.ts";
import { withExamples } from "../options/help.ts";
import { oneOf } from "../options/option-values.ts";

const names = publicSets.map(({ name }) => name);

const oneName = oneOf(names);
const oneMore = (name: string, before: readonly string[] = []) => [...before, oneName(name)];

/** Adds the command `data` to the program. */
export function completeData(data: Command): void {
  const examples = [
    { what: "All of MNIST, then --data mnist-full", line: "data fetch mnist" },
    { what: "Several sets, for scripts", line: "data fetch fashion-mnist kmnist --quiet" },
  ] as const;
  withExamples(data, "data", examples);
  const command = data
    .command("fetch")
    .description(`fetch data sets into the cache folder, checked: ${names.join(", ")}`)
    .addArgument(new Argument("<names...>", "what to fetch").choices(names).argParser(oneMore));
  addMessageOptions(command, { quiet: "no progress on stderr" }).action(
    (wanted: readonly string[], options: { quiet?: boolean }) => fetchSets(wanted, options.quiet === true),
  );
  withExamples(command, "data fetch", examples);
}

/** @throws RunError where a set cannot be fetched. */
async function fetchSets(wanted: readonly string[], quiet: boolean): Promise<void> {
  for (const set of publicSets.filter(({ name }) => wanted.includes(name))) {
    const there = isFetched(set);
    const line = progressLine();
    await fetchSet(
      set,
      (name, bytes) => {
        line.begin(bytes);
        if (!quiet) tell(`fetching ${name}, ${megabytes(bytes)}`);
      },
      quiet ? {} : { onProgress: line.show },
    );
    const done = there ? "was there" : "fetched";
    await print(`${set.name}: ${done}, ${fetchedFolder(set)}\n  use it:   --data ${set.dataName}\n`);
  }
}

/** Percent of a file on a terminal, written over itself; nothing elsewhere. */
function progressLine(): { begin(size: number): void; show(bytes: number): void } {
  let size = 0;
  let shown = -1;
  return {
    begin(bytes) {
      size = bytes;
      shown = -1;
    },
    show(bytes) {
      const percent = Math.floor((100 * bytes) / size);
      if (process.stderr.isTTY !== true || percent === shown) return;
      process.stderr.write(bytes === size ? "\r      \r" : `\r${percent} %`);
      shown = percent;
    },
  };
}
