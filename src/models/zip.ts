/** Zip archives that networks come in (.npz, .keras): the members by name, within the bounds of what a network can be. */
import { isZip, zipMembers } from "../formats/zip.ts";
import type { Refuse } from "./refuse.ts";

export { isZip };

/** Weights hardly compress. What unpacks to more than this is no network, whatever it says. */
const MOST_UNPACKED_BYTES = 2 ** 30;
const FREE_BYTES = 2 ** 24;
const MOST_RATIO = 100;

interface ZipArchive {
  readonly names: readonly string[];
  /** Unpacked bytes, their checksum compared; undefined where there is no such entry. */
  read(name: string): Uint8Array | undefined;
}

/**
 * @param file its name, for messages.
 * @throws RunError for damage, for checksums that differ and for more bytes than a network can have.
 */
export function openZip(bytes: Uint8Array, file: string, refuse: Refuse): ZipArchive {
  const members = zipMembers(bytes, file);
  const most = Math.min(MOST_UNPACKED_BYTES, FREE_BYTES + MOST_RATIO * bytes.length);
  const total = members.reduce((sum, { size }) => sum + size, 0);
  if (total > most) {
    const what = "the zip archive unpacks to more than a network can be";
    refuse({ what, expected: `at most ${most} bytes`, found: `${total} bytes` });
  }
  return {
    names: members.map(({ name }) => name),
    read: (name) => members.find((member) => member.name === name)?.read(),
  };
}
