/**
 * A Redis in which jobs wait: reached, or said why not. Its address is shown without the name and the password that it may hold, and
 * nothing else of it goes into jobs, results or messages.
 */
import type { Redis } from "ioredis";
import { RunError, UsageError } from "../../core/errors.ts";

/** How long a server may take to answer at first. */
const ANSWER_MS = 5000;
/** Between two tries to reach a server that went away. */
const MOST_PAUSE_MS = 5000;

const EXAMPLE = "redis://host:6379, rediss:// for TLS, with /3 for database 3 and user:password@ before the host";

function parsed(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isRedis = url !== undefined && ["redis:", "rediss:"].includes(url.protocol) && url.hostname !== "";
  if (isRedis && /^(?:\/\d{0,4})?$/.test(url.pathname) && url.search === "") return url;
  // What was given may hold a password, and is not shown.
  throw new UsageError({
    what: "the address of the queue is none of a Redis server",
    where: "--queue",
    expected: EXAMPLE,
    found: "another text",
    fix: "give an address such as redis://localhost:6379",
  });
}

/** Without the name and the password. */
function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}

async function redisClass(): Promise<typeof Redis> {
  try {
    return (await import("ioredis")).Redis;
  } catch (error) {
    throw notInstalled(error);
  }
}

/** Queues need two packages that others do without. */
export function notInstalled(cause: unknown): RunError {
  return new RunError(
    {
      what: "queues need packages that are not installed",
      expected: "bullmq and ioredis",
      fix: "npm install bullmq ioredis",
    },
    { cause },
  );
}

function notReached(address: string, cause: unknown): RunError {
  const found = cause instanceof Error ? cause.message : String(cause);
  const isRefused = /^(?:WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)/.test(found);
  const fault = isRefused
    ? {
        what: "the Redis server refuses the name or password",
        fix: "correct the address; its password stands between : and @",
      }
    : { what: "the Redis server cannot be reached", fix: "start it, or correct --queue" };
  return new RunError({ ...fault, where: address, expected: "a server that answers", found }, { cause });
}

interface QueueServer {
  readonly redis: Redis;
  /** As it may be shown. */
  readonly address: string;
}

/**
 * Reaches a server. Once it was there, a connection that is lost is tried again until it is back: jobs wait there meanwhile.
 * @param tell told when it goes away, and when it is back
 * @throws UsageError where the text is no address, RunError where there is no server, or it refuses the password
 */
export async function reachRedis(text: string, tell: (line: string) => void): Promise<QueueServer> {
  const url = parsed(text);
  const address = shown(url);
  const RedisClient = await redisClass();
  let wasThere = false;
  let isAway = false;
  const redis = new RedisClient(text, {
    lazyConnect: true,
    connectTimeout: ANSWER_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (wasThere ? Math.min(200 * times, MOST_PAUSE_MS) : null),
  });
  let first: unknown;
  // An error without a listener would end the process; what it says comes with "close", too.
  redis.on("error", (error: unknown) => {
    first ??= error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    throw notReached(address, first ?? error);
  }
  wasThere = true;
  redis.on("close", () => {
    if (!isAway) tell(`queue:   ${address} went away; trying again until it is back`);
    isAway = true;
  });
  redis.on("ready", () => {
    if (isAway) tell(`queue:   ${address} is back`);
    isAway = false;
  });
  return { redis, address };
}
