/** float32 as files hold it: little-endian, whatever the machine. */
export function float32Bytes(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.byteLength));
  for (const [index, value] of values.entries()) view.setFloat32(index * values.BYTES_PER_ELEMENT, value, true);
  return new Uint8Array(view.buffer);
}
