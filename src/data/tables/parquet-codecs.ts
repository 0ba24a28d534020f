/** What pages of Parquet are packed with: each unpacks to the size that the page announces, or is refused. */
import { gunzipSync } from "fflate";
import { crc32 } from "../../formats/crc32.ts";
import { unpackSnappy } from "../../formats/snappy.ts";
import { unpackZstd } from "../../formats/zstd.ts";

interface Codec {
  /** Bytes that one packed byte can stand for, so that little that promises much is refused before it is unpacked. */
  readonly mostExpansion: number;
  unpack(packed: Uint8Array, size: number): Uint8Array;
}

/** Bytes of head and checksum of a gzip stream of nothing. */
const LEAST_GZIP = 18;

const codecs: Readonly<Record<string, Codec>> = {
  UNCOMPRESSED: { mostExpansion: 1, unpack: (packed) => packed },
  // A copy of 64 bytes takes three.
  SNAPPY: { mostExpansion: 22, unpack: unpackSnappy },
  // Deflate takes two bits for 258 bytes.
  GZIP: { mostExpansion: 1032, unpack: gunzip },
  // A block of 2^17 equal bytes takes four.
  ZSTD: { mostExpansion: 2 ** 15, unpack: unpackZstd },
};

/** @throws Error with the reason, where the bytes are damaged, of another size, or packed in a way that is not read */
export function unpackPage(packed: Uint8Array, size: number, name: string | undefined): Uint8Array {
  const codec = name === undefined || !Object.hasOwn(codecs, name) ? undefined : codecs[name];
  if (codec === undefined) throw new Error(`compression ${name} instead of ${Object.keys(codecs).join(", ")}`);
  const most = codec.mostExpansion * packed.length;
  if (size > most)
    throw new Error(`${size} unpacked bytes instead of at most ${most} for ${packed.length} packed ones`);
  const bytes = size === 0 && packed.length === 0 ? packed : codec.unpack(packed, size);
  if (bytes.length !== size) throw new Error(`${bytes.length} unpacked bytes instead of ${size}`);
  return bytes;
}

/** fflate looks neither at the checksum nor at the length behind the stream. */
function gunzip(packed: Uint8Array, size: number): Uint8Array {
  if (packed.length < LEAST_GZIP) throw new Error("a gzip stream that is cut off");
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const announced = view.getUint32(packed.length - 4, true);
  if (announced !== size) throw new Error(`a gzip stream of ${announced} bytes instead of ${size}`);
  const bytes = gunzipSync(packed, { out: new Uint8Array(size) });
  if (crc32(bytes) !== view.getUint32(packed.length - 8, true)) throw new Error("a gzip stream with another checksum");
  return bytes;
}
