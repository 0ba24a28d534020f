/**
 * Analyses a table that does not fit in memory, and says how much memory the process had at most:
 *   npm run build && npx tsx scripts/measure-large-data.ts MODEL TABLE [gigabytes] [adapter] [options of analyze ...]
 * writes TABLE (.csv), the embedded digits over and over, unless it is there, of so many gigabytes (default 10), and runs
 * `analyze MODEL` (784 inputs, x / 255, 10 outputs) on it with `--memory 500 --data-memory 250`, into TABLE.results.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { loadDigits } from "../src/platform/node/digits.ts";

const [model, table, gigabytes = "10", adapter = "swiftshader", ...options] = process.argv.slice(2);
if (model === undefined || table === undefined) {
  throw new Error("usage: measure-large-data.ts MODEL TABLE [gigabytes] [adapter] [options of analyze ...]");
}

async function writeTable(path: string, bytes: number): Promise<void> {
  const { images, labels } = (await loadDigits()).digits;
  const features = images.length / labels.length;
  const values = Array.from({ length: 256 }, (_, byte) => String(Number((byte / 255).toFixed(4))));
  const lines = Array.from(labels, (label, digit) => {
    const own = Array.from(images.subarray(digit * features, (digit + 1) * features), (byte) => values[byte]);
    return `${own.join(",")},${label}\n`;
  });
  const file = createWriteStream(path);
  file.write(`${Array.from({ length: features }, (_, pixel) => `p${pixel}`).join(",")},label\n`);
  for (let written = 0, line = 0; written < bytes; line++) {
    const text = lines[line % lines.length]!;
    written += text.length;
    if (!file.write(text)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}

if (!existsSync(table)) await writeTable(table, Number(gigabytes) * 1e9);
console.log(`${table}: ${(statSync(table).size / 1e9).toFixed(2)} GB`);

// The command line in a process of its own, which says at its end what it had at most.
const program = `
  process.once("exit", () => console.log("largest resident set: " + Math.round(process.resourceUsage().maxRSS / 1e3) + " MB"));
  process.argv.splice(1, 0, "gpu-importance");
  await import(${JSON.stringify(resolve("dist/cli.js"))});
`;
const fixed = ["--memory", "500", "--data-memory", "250", "--adapter", adapter, "--out", `${table}.results`, "--force"];
const given = ["analyze", model, "--data", table, ...fixed, ...options];
const child = spawn(process.execPath, ["--input-type=module", "--eval", program, "--", ...given], { stdio: "inherit" });
const [exitCode] = await once(child, "close");
process.exitCode = exitCode as number;
