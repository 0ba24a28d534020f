/** The checksum of zip archives: CRC-32 with the polynomial 0xedb88320, bits reflected (ISO 3309, RFC 1952 section 8). */

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

/** @param before the checksum of the bytes that come before these */
export function crc32(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  for (let index = 0; index < bytes.length; index++) value = (value >>> 8) ^ table[(value ^ bytes[index]!) & 0xff]!;
  return (value ^ 0xffffffff) >>> 0;
}
