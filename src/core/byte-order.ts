/** Whether typed arrays lie in memory with their least byte first, as files here have them. */
export const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
