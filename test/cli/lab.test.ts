/** The built command that serves the built page: npm run build and npm run build:web come before. */
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { finish, start } from "../support/command-line.ts";

test("lab prints an address, serves the page there, and ends in good order when it is interrupted", async () => {
  const running = start(["lab"]);
  const ended = finish(running);
  const [address] = await Promise.race([
    new Promise<string[]>((resolve) => createInterface(running.stdout).once("line", (line) => resolve([line]))),
    ended.then(({ stderr }) => [`ended: ${stderr}`]),
  ]);
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const page = await fetch(address!);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  const html = await page.text();
  // Its own files, by relative addresses: any host can serve it from any folder.
  for (const [, file] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
    if (file!.startsWith("data:")) continue;
    expect(file).toMatch(/^\.\//);
    expect((await fetch(new URL(file!, address))).status).toBe(200);
  }
  expect(html).toContain('http-equiv="Content-Security-Policy"');
  running.kill("SIGTERM");
  expect((await ended).exitCode).toBe(0);
});

test("lab refuses a port that is none, before it serves anything", async () => {
  const { exitCode, stdout, stderr } = await finish(start(["lab", "--port", "0"]));
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("a whole number, 1 to 65535");
});

test("lab has one address every time, for which browsers keep trainings, and says so where that is taken", async () => {
  const running = [start(["lab"]), start(["lab"])];
  const ended = running.map((one) => finish(one));
  const addresses = await Promise.all(
    running.map(
      (one) => new Promise<string>((resolve) => createInterface(one.stdout).once("line", (line) => resolve(line))),
    ),
  );
  expect(addresses.filter((address) => address === "http://127.0.0.1:8147/").length).toBeLessThanOrEqual(1);
  for (const one of running) one.kill("SIGTERM");
  const outcomes = await Promise.all(ended);
  for (const [index, { exitCode, stderr }] of outcomes.entries()) {
    expect(exitCode).toBe(0);
    const isUsual = addresses[index] === "http://127.0.0.1:8147/";
    expect(stderr.includes("port 8147 is taken: trainings that the browser keeps for that address")).toBe(!isUsual);
  }
});
