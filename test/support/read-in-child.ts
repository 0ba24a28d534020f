/** Reads paths one after another in a process of its own, and prints what became of each, and the most memory so far. */
import { RunError, UsageError } from "../../src/core/errors.ts";
import { openData } from "../../src/data/open-data.ts";
import { readModel } from "../../src/models/read-model.ts";
import { dataSource } from "../../src/platform/node/files.ts";
import { openModelFiles } from "../../src/platform/node/model-files.ts";

const [kind, ...paths] = process.argv.slice(2);
for (const path of paths) {
  let outcome = "read";
  try {
    if (kind === "data") await openData(await dataSource(path), "set", {});
    else await readModel(await openModelFiles(path));
  } catch (error) {
    if (!(error instanceof RunError || error instanceof UsageError)) throw error;
    outcome = error.message;
  }
  console.log(JSON.stringify({ path, outcome, megabytes: Math.round(process.resourceUsage().maxRSS / 1000) }));
}
