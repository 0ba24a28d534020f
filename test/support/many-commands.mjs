/**
 * Many commands of the built command line in one process, one after another: for those that are refused before they do anything, since
 * starting a process takes longer than all else. Reads lists of arguments as JSON from stdin, writes what each said and its exit code.
 */
import { text } from "node:stream/consumers";
import { main } from "../../dist/cli/main.js";

const write = process.stdout.write.bind(process.stdout);
const said = { stdout: "", stderr: "" };
for (const name of ["stdout", "stderr"]) {
  process[name].write = (chunk, ...rest) => {
    said[name] += chunk;
    rest.find((one) => typeof one === "function")?.();
    return true;
  };
}
const results = [];
for (const args of JSON.parse(await text(process.stdin))) {
  Object.assign(said, { stdout: "", stderr: "" });
  const exitCode = await main(args);
  results.push({ exitCode, signal: null, ...said });
}
write(JSON.stringify(results), () => process.exit(0));
