/**
 * What the pages of a real file were at the last full backup. Others can change such a file without SQL Server's knowing, and a differential
 * backup that went by the logged changes alone would miss that; so it compares.
 */
import { crc32 } from 'node:zlib';

import { EXTENT_SIZE, PAGE_SIZE } from './database-file';
import type { OpenDatabaseFile } from './database-file';

export class PageChecksums {
  private readonly checksums: number[] = [];

  /** `bytes` of the file from `position` on, a page's begin. */
  note(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.byteLength; done += PAGE_SIZE) {
      this.checksums[(position + done) / PAGE_SIZE] = crc32(bytes.subarray(done, done + PAGE_SIZE));
    }
  }

  values(): Uint32Array {
    return Uint32Array.from(this.checksums);
  }
}

/** The extents of a file of `size` bytes that are not what the checksums say; without checksums, all of them. */
export async function extentsChangedSince(
  checksums: Uint32Array | undefined,
  file: OpenDatabaseFile,
  size: number,
): Promise<readonly number[]> {
  const changed: number[] = [];
  const buffer = new Uint8Array(EXTENT_SIZE);
  for (let position = 0; position < size; position += EXTENT_SIZE) {
    const extent = buffer.subarray(0, Math.min(EXTENT_SIZE, size - position));
    await file.read(() => extent, position);
    const now = new PageChecksums();
    now.note(0, extent);
    const first = position / PAGE_SIZE;
    if (now.values().some((checksum, page) => checksum !== checksums?.[first + page])) changed.push(position / EXTENT_SIZE);
  }
  return changed;
}
