/**
 * A Chromium for tests, on a machine that has none: the optional dependency `@sparticuz/chromium` carries the browser, the
 * libraries that bare systems lack, and a font. CHROMIUM_PATH names another one to use instead. What must not depend on
 * the browser's version is tested in the system's, too, where there is one.
 */
import { accessSync, constants, createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { brotliDecompress, createBrotliDecompress } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { findArchive, readTar } from "../../src/platform/node/swiftshader.ts";

const named = process.env["CHROMIUM_PATH"];

/** Why there is no browser here, where none can be had without one named. On Linux tests fail instead of being skipped. */
export const noChromium: string | undefined =
  named === undefined && process.platform !== "linux"
    ? "the packed Chromium is for Linux; CHROMIUM_PATH can name another one"
    : undefined;

/** Fonts of the archive only, so that pictures do not depend on the machine. */
const fontsConfiguration = (folder: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}</dir><cachedir>${folder}/cache</cachedir></fontconfig>
`;

async function unpackTar(archive: string, folder: string): Promise<void> {
  for (const [name, bytes] of readTar(await promisify(brotliDecompress)(await readFile(archive)))) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}

/** Unpacks the browser (200 MB, two seconds). Not by the package's own code, which takes what lies in /tmp for its own. */
async function unpack(
  folder: string,
): Promise<{ readonly path: string; readonly environment: Record<string, string> }> {
  const packed = dirname((await findArchive()).path);
  const path = join(folder, "chromium");
  await pipeline(
    createReadStream(join(packed, "chromium.br")),
    createBrotliDecompress(),
    createWriteStream(path, { mode: 0o755 }),
  );
  await unpackTar(join(packed, "al2023.tar.br"), folder);
  await unpackTar(join(packed, "fonts.tar.br"), folder);
  await unpackTar(join(packed, "swiftshader.tar.br"), folder); // it is found beside the binary
  await writeFile(join(folder, "fonts.conf"), fontsConfiguration(join(folder, "fonts")));
  return { path, environment: { LD_LIBRARY_PATH: join(folder, "lib"), FONTCONFIG_FILE: join(folder, "fonts.conf") } };
}

export interface TestBrowser {
  readonly browser: Browser;
  /** Ends the browser and removes what was unpacked. */
  close(): Promise<void>;
}

const systemPaths = ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or nothing that can be run
  }
}

/** The browsers to be had here by their paths; undefined stands for the packed one, or that of CHROMIUM_PATH. */
export const chromiumPaths: readonly (string | undefined)[] = [
  undefined,
  ...systemPaths.filter((path) => path !== named && isProgram(path)).slice(0, 1),
];

/** @param own path of another browser than the packed one, or that of CHROMIUM_PATH */
export async function launchChromium(own = named): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), "gpu-importance-chromium-"));
  const { path, environment } = own === undefined ? await unpack(folder) : { path: own, environment: {} };
  const browser = await chromium.launch({
    executablePath: path,
    // WebGPU is on by default where there is a GPU; without one the flag gives it on SwiftShader.
    args: ["--no-sandbox", "--disable-gpu", "--enable-unsafe-webgpu"],
    env: { ...process.env, ...environment },
  });
  return {
    browser,
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
