/** Parquet files that say something else of themselves than what they hold. */
import { type FileMetaData, parquetMetadata } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";

const TAIL_BYTES = 8;

/** The file with another description behind its pages. */
export function withMetadata(file: Uint8Array, change: (metadata: FileMetaData) => void): Uint8Array {
  const metadata = parquetMetadata(file);
  change(metadata);
  // The writer wants to find the column of each.
  for (const { meta_data } of metadata.row_groups.flatMap(({ columns }) => columns)) delete meta_data?.statistics;
  const writer = new ByteWriter();
  writeMetadata(writer, metadata);
  const pages = file.subarray(0, file.length - TAIL_BYTES - metadata.metadata_length);
  return Uint8Array.from([...pages, ...writer.getBytes(), ...new TextEncoder().encode("PAR1")]);
}

/** A file of these bytes in the place of its description, and no pages. */
export function parquetOf(description: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + description.length + TAIL_BYTES);
  file.set(new TextEncoder().encode("PAR1"));
  file.set(description, 4);
  new DataView(file.buffer).setUint32(4 + description.length, description.length, true);
  file.set(new TextEncoder().encode("PAR1"), file.length - 4);
  return file;
}
