/** What native code writes on stderr while adapters are looked for: known warnings are dropped, all else arrives. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { commandLine, root } from "../support/command-line.ts";

const module = pathToFileURL(join(root, "dist/platform/node/native-warnings.js")).href;
const REDUCED = "Warning: maxDynamicUniformBuffersPerPipelineLayout artificially reduced from 1000000 to 16";
const KNOWN = `${REDUCED} to fit dynamic offset allocation limit.`;

/** stderr of a program that does something within a hushed call; `say` writes there as native code does. */
async function heard(within: string, isWanted = false, after = ""): Promise<string> {
  const program = `
    import { writeSync } from "node:fs";
    import { hush } from ${JSON.stringify(module)};
    const say = (text) => writeSync(2, text);
    const hushed = await hush(${isWanted});
    hushed.during(() => { ${within} });
    hushed[Symbol.dispose]();
    ${after}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  await new Promise((resolve) => child.once("close", resolve));
  return text;
}

describe.skipIf(process.platform !== "linux")("warnings of drivers", () => {
  test.concurrent.each([
    ["a known line", `say(${JSON.stringify(`${KNOWN}\n`)});`, ""],
    ["known lines in pieces", `for (const c of ${JSON.stringify(`${KNOWN}\n${KNOWN}\n`)}) say(c);`, ""],
    ["another line", 'say("MESA: error: ä\\n");', "MESA: error: ä\n"],
    ["a line that only begins so", `say(${JSON.stringify(`${KNOWN} Really\n`)});`, `${KNOWN} Really\n`],
    ["a line without an end", 'say("half");', "half"],
    [
      "more than a pipe holds",
      'for (let n = 0; n < 3000; n++) say("x".repeat(99) + "\\n");',
      `${"x".repeat(99)}\n`.repeat(3000),
    ],
  ])("%s", async (_, within, expected) => {
    expect(await heard(within)).toBe(expected);
  });

  test.concurrent("are all seen where they are wanted", async () => {
    expect(await heard(`say(${JSON.stringify(`${KNOWN}\n`)});`, true)).toBe(`${KNOWN}\n`);
  });

  test.concurrent("lose nothing of what is written when the call ends the process", async () => {
    const said = `say(${JSON.stringify(`${KNOWN}\nassertion failed\n`)});`;
    expect(await heard(`${said} process.kill(process.pid, "SIGKILL");`)).toBe("assertion failed\n");
    expect(await heard(`${said} process.abort();`)).toMatch(/^assertion failed\n/);
  });

  test.concurrent("are not looked for after the call", async () => {
    const after = `say(${JSON.stringify(`${KNOWN}\n`)});`;
    expect(await heard("", false, after)).toBe(`${KNOWN}\n`);
  });
});

test("a command that opens adapters prints nothing of theirs, however many places it looks in", async () => {
  const { exitCode, stderr } = await commandLine(["doctor"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});
