/**
 * What it costs that a study can be gone on with: the time in which parts are named, encoded, written, read or removed, as a share of the
 * whole command. It is the time in which at least one such call is pending, so that nothing else could be faster without them by more.
 *   npx tsx scripts/time-parts.ts [run's options; default: --repeats 2 --epochs 5 --stride 5 --no-report]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../src/cli/main.ts";
import { PartFolder } from "../src/platform/node/part-folder.ts";
import { CourseKeeper } from "../src/study/course.ts";
import { StudyParts } from "../src/study/study-parts.ts";

let pending = 0;
let since = 0;
let spent = 0;
let calls = 0;

function begin(): void {
  if (pending++ === 0) since = performance.now();
}

function end(): void {
  if (--pending === 0) spent += performance.now() - since;
}

/** None takes more. */
type Method = (a?: unknown, b?: unknown, c?: unknown, d?: unknown) => Promise<unknown>;

/** Has the time of these methods counted, in all objects of a class. */
function watch(prototype: object, names: readonly string[]): void {
  const methods = prototype as Record<string, Method>;
  for (const name of names) {
    const own = methods[name];
    if (own === undefined) throw new Error(`there is no method ${name}`);
    methods[name] = async function (this: unknown, a, b, c, d) {
      begin();
      calls++;
      try {
        return await own.call(this, a, b, c, d);
      } finally {
        end();
      }
    };
  }
}

watch(StudyParts.prototype, ["nameOf", "has", "isDone", "find", "write"]);
watch(CourseKeeper.prototype, ["write", "add", "addCosts"]);
watch(PartFolder.prototype, ["has", "read", "write", "remove", "list", "clear"]);

const asked = process.argv.slice(2);
const options = asked.length > 0 ? asked : ["--repeats", "2", "--epochs", "5", "--stride", "5", "--no-report"];
const folder = mkdtempSync(join(tmpdir(), "gpu-importance-parts-"));
try {
  const before = performance.now();
  process.exitCode = await main(["run", "--quiet", "--out", join(folder, "out"), ...options]);
  const all = performance.now() - before;
  const share = ((100 * spent) / all).toFixed(1);
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
  process.stderr.write(`parts: ${seconds(spent)} s of ${seconds(all)} s, ${share} %, in ${calls} calls\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
