/**
 * Parts as stores keep them: a line that says what they are, one with the part's name, one with the SHA-256 of the rest, and the
 * rest. So a part that was cut off, has another bit, or lies under another name is known for it, whatever keeps it.
 */
import { sha256 } from "../core/sha256.ts";

const FIRST_LINE = "gpu-importance/part/1";
const NEWLINE = 0x0a;
const LINES = 3;

export async function sealed(name: string, content: Uint8Array): Promise<Uint8Array> {
  const head = new TextEncoder().encode(`${FIRST_LINE}\n${name}\n${await sha256(content)}\n`);
  const bytes = new Uint8Array(head.length + content.length);
  bytes.set(head);
  bytes.set(content, head.length);
  return bytes;
}

/** Why bytes are not the part that they are kept as. */
interface Damage {
  readonly found: string;
}

/** The content of a part, or what is wrong with it. */
export async function unsealed(name: string, bytes: Uint8Array): Promise<Uint8Array | Damage> {
  let end = 0;
  for (let line = 0; line < LINES; line++) end = bytes.indexOf(NEWLINE, end) + 1;
  const head = new TextDecoder().decode(bytes.subarray(0, end)).split("\n");
  if (end === 0 || head.length !== LINES + 1 || head[0] !== FIRST_LINE) return { found: "no head of a part" };
  if (head[1] !== name) return { found: `the part ${head[1]}` };
  const content = bytes.subarray(end);
  if ((await sha256(content)) === head[2]) return content;
  return { found: `${content.length} bytes with another checksum` };
}
