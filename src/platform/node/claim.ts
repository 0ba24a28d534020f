/**
 * Who may write here: one process at a time has a folder of results, or the files that go with a name.
 *
 * A claim is a small hidden file that is made exclusively. It names its process, so a claim whose process has ended is
 * known as such and followed by the next one at once: nobody has to remove anything after a kill. Where the process
 * cannot be asked (it is on another machine or in another container), the claim's age decides: its owner renews it every
 * few seconds, and one that is not renewed while it is watched is over.
 *
 * Claims are numbered. To follow a claim that is over is to make the next number, which only one process can; the owner
 * is whoever has the highest. (Removing the old one and making it anew would leave a gap in which two could do so.)
 */
import { randomUUID } from "node:crypto";
import { closeSync, futimes, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { RunError } from "../../core/errors.ts";
import { atEnd } from "./at-end.ts";
import { shortName } from "./atomic-file.ts";
import { makeFolder } from "./make-folder.ts";
import { ownMark, stateOf } from "./process-mark.ts";

/** What is claimed. */
interface Claimed {
  /** In messages. */
  readonly path: string;
  /** Where the claim lies. */
  readonly folder: string;
  /** Of its name, before the number. */
  readonly prefix: string;
  /** What names the path on the command line. */
  readonly option: string;
}

const FOLDER_PREFIX = ".claim-";

export const claimOfFolder = (path: string): Claimed => ({
  path,
  folder: path,
  prefix: FOLDER_PREFIX,
  option: "--out",
});

export const claimOfFile = (path: string, option: string): Claimed => ({
  path,
  option,
  folder: dirname(path),
  prefix: `.${shortName(basename(path))}${FOLDER_PREFIX}`,
});

/** Whether a name in a folder is that of a claim of the folder. */
export const isFolderClaim = (name: string): boolean => /^\.claim-[1-9]\d*$/.test(name);

const RENEW_MS = 3000;
/** A claim that is not renewed for so long is over. Long enough for an owner that is busy or starved. */
const WATCH_MS = 30_000;
/** A claim is made before it is filled. */
const FILLED_MS = 2000;
const LOOK_MS = 100;

const contentSchema = z.object({
  run: z.string(),
  place: z.string(),
  pid: z.number(),
  start: z.number(),
  host: z.string(),
  since: z.string(),
});
type Content = z.infer<typeof contentSchema>;

export interface Claim {
  /** Whether the process that had it before had ended without giving it back. */
  readonly follows: boolean;
  /** @throws RunError where another process has followed, because this one had stood still for too long. */
  require(): Promise<void>;
  /** At once, since what ends a process leaves no time to wait. */
  release(): void;
}

const held = new Set<Claim>();

/** All that this process has claimed. */
atEnd(() => {
  for (const claim of held) claim.release();
});

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** Numbers of the claims that are there, highest first. */
async function numbersOf({ folder, prefix }: Claimed): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  const numbers = names
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
  return numbers.sort((a, b) => b - a);
}

const pathOf = ({ folder, prefix }: Claimed, number: number) => join(folder, `${prefix}${number}`);

function parsed(text: string): Content | undefined {
  try {
    return contentSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not filled yet
  }
}

/** Who has a claim; undefined where it is gone, or holds nothing even after a while. */
async function contentOf(path: string): Promise<Content | undefined> {
  for (let waited = 0; waited <= FILLED_MS; waited += LOOK_MS) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    const content = text === undefined ? undefined : parsed(text);
    if (text === undefined || content !== undefined) return content;
    await wait(LOOK_MS);
  }
  return undefined;
}

const renewedAt = (path: string) =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );

/** Whether a claim is renewed while it is watched. */
async function isRenewed(path: string, watchMs: number): Promise<boolean> {
  const before = await renewedAt(path);
  for (let waited = 0; waited < watchMs && before !== undefined; waited += LOOK_MS) {
    await wait(LOOK_MS);
    const now = await renewedAt(path);
    if (now !== before) return now !== undefined;
  }
  return false;
}

export interface Watch {
  /** How long a claim is watched whose process cannot be asked. */
  readonly watchMs?: number;
  /** Told that this is done, since it takes a while. */
  tell?(line: string): void;
}

/** Who has a claim and may still write; undefined where nobody does. */
async function ownerOf(path: string, { watchMs = WATCH_MS, tell }: Watch): Promise<Content | undefined> {
  const content = await contentOf(path);
  const state = content === undefined ? "unknown" : stateOf(content);
  if (content === undefined || state === "ended") return undefined;
  if (state === "running") return content;
  tell?.(
    `note:    process ${content.pid} on ${content.host} may write to the same place: looking for up to ${watchMs / 1000} s`,
  );
  return (await isRenewed(path, watchMs)) ? content : undefined;
}

/** Another process writes there, now. */
export class TakenError extends RunError {}

function taken({ path, option }: Claimed, { pid, host, since }: Content, what: string): TakenError {
  return new TakenError({
    what,
    where: path,
    expected: "nobody else who writes there",
    found: `process ${pid} on ${host}, since ${since}`,
    fix: `choose another ${option}, or wait until that process has ended`,
  });
}

/** @returns the open file; undefined where the number is taken */
function made(path: string, content: Content): number | undefined {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if (codeOf(error) === "EEXIST") return undefined;
    throw error;
  }
  try {
    writeSync(file, JSON.stringify(content));
  } catch (error) {
    closeSync(file);
    unlinkSync(path);
    throw error;
  }
  return file;
}

/** Makes one of these numbers, and the folder on the way. */
async function make(claimed: Claimed, number: number, content: Content): Promise<number | undefined> {
  await makeFolder(claimed.folder);
  try {
    return made(pathOf(claimed, number), content);
  } catch (error) {
    // A process that ends may just have removed the folder, which it had made.
    if (codeOf(error) !== "ENOENT") throw error;
    await makeFolder(claimed.folder);
    return made(pathOf(claimed, number), content);
  }
}

const isOf = (path: string, run: string): boolean => {
  try {
    return parsed(readFileSync(path, "utf8"))?.run === run;
  } catch {
    return false; // gone
  }
};

/**
 * Claims a folder or the name of a file for this process, until it releases it or ends. Makes the folders on the way.
 * @throws RunError where another process has it; what the file system says
 */
export async function claim(claimed: Claimed, watch: Watch = {}): Promise<Claim> {
  const content = { run: randomUUID(), ...ownMark, host: hostname(), since: new Date().toISOString() };
  for (;;) {
    const last = (await numbersOf(claimed))[0] ?? 0;
    const owner = last === 0 ? undefined : await ownerOf(pathOf(claimed, last), watch);
    if (owner !== undefined) throw taken(claimed, owner, "another process writes its results there");
    const number = last + 1;
    const file = await make(claimed, number, content);
    if (file === undefined) continue;
    const numbers = await numbersOf(claimed);
    if (numbers[0] === number) {
      const older = numbers.slice(1);
      for (const one of older) await rm(pathOf(claimed, one), { force: true });
      // Who gives a claim back takes it away.
      return new HeldClaim(claimed, { number, file, content, follows: older.length > 0 });
    }
    // Others came and went since the numbers were read.
    closeSync(file);
    await rm(pathOf(claimed, number), { force: true });
  }
}

interface Made {
  readonly number: number;
  readonly file: number;
  readonly content: Content;
  readonly follows: boolean;
}

/** A claim that was just made. */
class HeldClaim implements Claim {
  readonly follows: boolean;
  readonly #claimed: Claimed;
  readonly #number: number;
  readonly #content: Content;
  readonly #renewal: NodeJS.Timeout;
  #file: number;

  constructor(claimed: Claimed, { number, file, content, follows }: Made) {
    this.follows = follows;
    this.#claimed = claimed;
    this.#number = number;
    this.#file = file;
    this.#content = content;
    this.#renewal = setInterval(() => {
      const now = new Date();
      futimes(this.#file, now, now, () => {}); // One that cannot be renewed is found out by `require`.
    }, RENEW_MS).unref();
    held.add(this);
  }

  get #path(): string {
    return pathOf(this.#claimed, this.#number);
  }

  async require(): Promise<void> {
    for (;;) {
      const last = (await numbersOf(this.#claimed))[0];
      if (last === this.#number && isOf(this.#path, this.#content.run)) return;
      const other = last === undefined ? undefined : await contentOf(pathOf(this.#claimed, last));
      if (other !== undefined) throw taken(this.#claimed, other, "another process has taken the place of this one");
      // Somebody removed the folder, or what was in it, and nobody has followed.
      const again = await make(this.#claimed, this.#number, this.#content);
      if (again === undefined) continue;
      closeSync(this.#file);
      this.#file = again;
    }
  }

  release(): void {
    if (!held.delete(this)) return;
    clearInterval(this.#renewal);
    closeSync(this.#file);
    try {
      if (isOf(this.#path, this.#content.run)) unlinkSync(this.#path);
    } catch {
      // It says that its process has ended, which is all that the next one needs to know.
    }
  }
}
