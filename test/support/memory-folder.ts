/** A folder of data that lies in memory: path to content. */
import { Readable } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";
import type { DataFolder } from "../../src/core/platform.ts";

export type Files = Readonly<Record<string, Uint8Array | string>>;

const bytesOf = (content: Uint8Array | string) =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** @param pieceBytes how much of a file comes at once when it is streamed */
export function memoryFolder(files: Files, label = "some/folder", pieceBytes = 7): DataFolder {
  const paths = Object.keys(files);
  const read = async (name: string) => bytesOf(files[name]!);
  return {
    label,
    list: async () => paths.filter((path) => !path.includes("/")),
    folders: async () => [
      ...new Set(paths.filter((path) => path.includes("/")).map((path) => path.slice(0, path.indexOf("/")))),
    ],
    folder: (name) => {
      const inside = Object.entries(files).filter(([path]) => path.startsWith(`${name}/`));
      const cut = inside.map(([path, content]) => [path.slice(name.length + 1), content] as const);
      return memoryFolder(Object.fromEntries(cut), `${label}/${name}`, pieceBytes);
    },
    read,
    async *stream(name) {
      const content = await read(name);
      for (let at = 0; at < content.length; at += pieceBytes) yield content.slice(at, at + pieceBytes);
    },
    size: async (name) => (await read(name)).length,
    readRange: async (name, first, length) => (await read(name)).slice(first, first + length),
    gunzip: async (bytes) => new Uint8Array(gunzipSync(bytes)),
    gunzipStream: (pieces) => Readable.from(pieces, { objectMode: true }).compose(createGunzip()),
  };
}
