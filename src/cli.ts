#!/usr/bin/env node
/** The program `gpu-importance`. */
import { surviveClosedStreams } from "./cli/display/standard-streams.ts";
import { main } from "./cli/main.ts";

surviveClosedStreams();
// Dawn's threads keep the process alive, so it is ended here, once what was written has left.
const code = await main(process.argv.slice(2));
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
