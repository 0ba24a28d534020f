/** A Redis server of a test's own, where the machine has the program: in memory, with a password, on a free port. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === "object" && address !== null ? address.port : 0;
}

export interface RedisServer {
  readonly port: number;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** @param folder where it may write */
export async function redisServer(password: string, folder: string): Promise<RedisServer> {
  const port = await freePort();
  let running: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--dir", folder];
    const server = spawn("redis-server", [...args, "--requirepass", password], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    running = server;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      server.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("Ready to accept connections")) resolve();
      });
      server.once("exit", () => reject(new Error(`redis-server ended: ${said}`)));
    });
    server.removeAllListeners("exit");
  };
  const stop = async (): Promise<void> => {
    const server = running;
    running = undefined;
    if (server === undefined) return;
    const ended = new Promise((resolve) => {
      server.once("exit", resolve);
    });
    server.kill("SIGKILL");
    await ended;
  };
  await start();
  return { port, start, stop };
}
