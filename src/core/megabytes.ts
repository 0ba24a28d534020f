/** `106 MB`, `5.4 MB`, `0.012 MB`: millions of bytes, as --memory counts them. */
export function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value >= 100 ? value.toFixed(0) : Number(value.toPrecision(2))} MB`;
}
