/**
 * The format of a backup on media. It is this simulator's own, not Microsoft Tape Format: no real SQL Server reads it, and no real backup is
 * read here. It says of itself what MTF says (media family, block size, backup set) and carries more checks.
 *
 * A stream is a sequence of records, each a multiple of the block size: a header of 64 bytes, the payload, zeros. The header's checksum covers
 * the header; the payload's covers everything behind it. Each record knows its media set, its family (stripe), and its number in the
 * family, so that a record that is missing, doubled, moved, from another stripe or from another backup is found, not only a changed one.
 *
 *   Media     what the volume is: media set, family, volume number
 *   Set       what was backed up (JSON)
 *   Data ...  bytes of a file of the database, by their position; the stripes share them out as they come
 *   Log ...   log records, in the first family only
 *   End       how many bytes and log records there were in all stripes (JSON)
 *
 * Removable media end with an EndOfVolume record where the family goes on on another volume, which begins with a Media record again. Both
 * carry the number of the record that follows them.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

import type { LogRecord } from './database';

export const RecordType = { Media: 1, Set: 2, Data: 3, Log: 4, End: 5, EndOfVolume: 6 } as const;
export type RecordTypeCode = (typeof RecordType)[keyof typeof RecordType];

export const HEADER_SIZE = 64;
const MAGIC = 0x524d_4257; // 'WBMR'
const COMPRESSED = 1;
/** No record is longer: the largest MAXTRANSFERSIZE. */
const LONGEST_RECORD = 4_194_304;
/** Where the header's own checksum stands. */
const HEADER_CHECKSUM = 8;

/** Why bytes are no record of this media; `header` when not even its header can be trusted. */
export class MediaError extends Error {
  override readonly name = 'MediaError';

  constructor(
    readonly part: 'header' | 'payload',
    message: string,
  ) {
    super(message);
  }
}

/** Whose record it is. */
export interface Family {
  /** UUID. */
  readonly mediaSetId: string;
  /** From 1. */
  readonly family: number;
  readonly familyCount: number;
  readonly blockSize: number;
}

export interface RecordHeader extends Family {
  /** The first eight bytes of it only. */
  readonly mediaSetId: string;
  readonly type: RecordTypeCode;
  /** In the family, from 0. */
  readonly sequence: number;
  readonly compressed: boolean;
  /** Bytes of the payload as stored. */
  readonly payloadLength: number;
  /** Bytes of the whole record. */
  readonly recordLength: number;
  /** Data: which file, and where in it. */
  readonly fileId: number;
  readonly position: number;
  /** Bytes of the payload before compression. */
  readonly expandedLength: number;
  readonly payloadChecksum: number;
}

const shortId = (mediaSetId: string): string => mediaSetId.replace(/-/gu, '').slice(0, 16);

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** How much payload fits a transfer. */
export function payloadRoom(transferSize: number): number {
  return transferSize - HEADER_SIZE;
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export interface RecordContent extends Family {
  readonly type: RecordTypeCode;
  readonly sequence: number;
  readonly fileId?: number;
  readonly position?: number;
  readonly compressed?: boolean;
  readonly expandedLength?: number;
}

/**
 * Finishes a record in place: `target` holds the payload from HEADER_SIZE on and is at least as long as the record.
 * Returns the record's length.
 */
export function sealRecord(target: Uint8Array, content: RecordContent, payloadLength: number): number {
  const recordLength = roundUp(HEADER_SIZE + payloadLength, content.blockSize);
  const bytes = view(target);
  bytes.fill(0, HEADER_SIZE + payloadLength, recordLength);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt16LE(content.type, 4);
  bytes.writeUInt16LE(content.compressed === true ? COMPRESSED : 0, 6);
  bytes.writeUInt32LE(0, HEADER_CHECKSUM);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER_SIZE, recordLength)), 12);
  bytes.writeUInt32LE(payloadLength, 16);
  bytes.writeUInt32LE(recordLength, 20);
  bytes.writeUInt32LE(content.blockSize, 24);
  bytes.writeUInt32LE(content.family, 28);
  bytes.writeUInt32LE(content.familyCount, 32);
  bytes.writeUInt32LE(content.sequence, 36);
  bytes.writeUInt32LE(content.fileId ?? 0, 40);
  bytes.writeUInt32LE(content.expandedLength ?? payloadLength, 44);
  bytes.writeDoubleLE(content.position ?? 0, 48);
  bytes.write(shortId(content.mediaSetId), 56, 'hex');
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEADER_SIZE)), HEADER_CHECKSUM);
  return recordLength;
}

/** Replaces the payload by its compressed form where that is shorter; returns the payload's length then. */
export function compressPayload(target: Uint8Array, payloadLength: number): number {
  const compressed = deflateRawSync(target.subarray(HEADER_SIZE, HEADER_SIZE + payloadLength), { level: 1 });
  if (compressed.byteLength >= payloadLength) return payloadLength;
  target.set(compressed, HEADER_SIZE);
  return compressed.byteLength;
}

/** The record of a small payload, in memory of its own. */
export function encodeRecord(content: RecordContent, payload: Uint8Array): Buffer {
  const record = Buffer.alloc(roundUp(HEADER_SIZE + payload.byteLength, content.blockSize));
  record.set(payload, HEADER_SIZE);
  sealRecord(record, content, payload.byteLength);
  return record;
}

/** Reads the first HEADER_SIZE bytes. Throws MediaError. */
export function decodeHeader(source: Uint8Array): RecordHeader {
  const bytes = view(source.subarray(0, HEADER_SIZE));
  if (bytes.byteLength < HEADER_SIZE || bytes.readUInt32LE(0) !== MAGIC) throw new MediaError('header', 'this is no record of the format');
  const header = Buffer.from(bytes);
  header.writeUInt32LE(0, HEADER_CHECKSUM);
  if (crc32(header) !== bytes.readUInt32LE(HEADER_CHECKSUM)) throw new MediaError('header', 'the checksum of the record header is wrong');
  const payloadLength = bytes.readUInt32LE(16);
  const recordLength = bytes.readUInt32LE(20);
  if (recordLength > LONGEST_RECORD || payloadLength + HEADER_SIZE > recordLength)
    throw new MediaError('header', 'the record says that it is too long');
  return {
    type: bytes.readUInt16LE(4) as RecordTypeCode,
    compressed: (bytes.readUInt16LE(6) & COMPRESSED) !== 0,
    payloadChecksum: bytes.readUInt32LE(12),
    payloadLength,
    recordLength,
    blockSize: bytes.readUInt32LE(24),
    family: bytes.readUInt32LE(28),
    familyCount: bytes.readUInt32LE(32),
    sequence: bytes.readUInt32LE(36),
    fileId: bytes.readUInt32LE(40),
    expandedLength: bytes.readUInt32LE(44),
    position: bytes.readDoubleLE(48),
    mediaSetId: bytes.toString('hex', 56, 64),
  };
}

/** The payload of a whole record, expanded; a view of `record` where it is not compressed. Throws MediaError. */
export function decodePayload(header: RecordHeader, record: Uint8Array): Uint8Array {
  if (crc32(record.subarray(HEADER_SIZE, header.recordLength)) !== header.payloadChecksum) {
    throw new MediaError('payload', 'the checksum of the payload is wrong');
  }
  const stored = record.subarray(HEADER_SIZE, HEADER_SIZE + header.payloadLength);
  return header.compressed ? inflateRawSync(stored, { maxOutputLength: header.expandedLength }) : stored;
}

/** Whether the record belongs to this media set. */
export function isOfMediaSet(header: RecordHeader, mediaSetId: string): boolean {
  return header.mediaSetId === shortId(mediaSetId);
}

// --- Payloads ---

export interface MediaDescription {
  readonly mediaSetId: string;
  readonly mediaName: string;
  readonly mediaDescription: string;
  /** Of the family, from 1. */
  readonly volume: number;
}

export type BackupType = 'database' | 'differential' | 'log';

export interface BackupSet {
  readonly setId: string;
  readonly type: BackupType;
  readonly name: string;
  readonly description: string;
  readonly database: string;
  /** Of the database, over backup and restore. */
  readonly familyId: string;
  readonly databaseCreatedAt: number;
  readonly recoveryModel: string;
  readonly server: string;
  readonly version: string;
  readonly login: string;
  readonly startedAt: number;
  readonly expiresAt: number | null;
  readonly copyOnly: boolean;
  readonly checksum: boolean;
  readonly compressed: boolean;
  readonly snapshot: boolean;
  readonly beginsLogChain: boolean;
  /** LSNs as decimal numbers. */
  readonly firstLsn: string;
  readonly checkpointLsn: string;
  readonly databaseBackupLsn: string;
  readonly differentialBaseLsn: string | null;
  readonly differentialBaseId: string | null;
  readonly files: readonly BackedUpFile[];
}

export interface BackedUpFile {
  readonly id: number;
  readonly logicalName: string;
  readonly physicalName: string;
  readonly type: 'D' | 'S' | 'L';
  /** Bytes of the file. */
  readonly byteLength: number;
  /** Bytes of it in this backup. */
  readonly backedUp: number;
}

export interface BackupEnd {
  readonly lastLsn: string;
  readonly finishedAt: number;
  /** Of all families, by file id. */
  readonly dataBytes: Readonly<Record<string, number>>;
  readonly logRecords: number;
}

export function encodeJson(value: MediaDescription | BackupSet | BackupEnd): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

/** Only for payloads whose checksum was right: what they hold was written here. */
export function decodeJson(payload: Uint8Array): unknown {
  return JSON.parse(view(payload).toString('utf8'));
}

/** lsn, time, position: 8 bytes each; lengths of bytes and mark: 4 each. */
const LOG_HEADER = 32;

export function logRecordLength(record: LogRecord): number {
  return LOG_HEADER + record.bytes.byteLength + Buffer.byteLength(record.mark);
}

/** Writes at `offset`; returns where the next one goes. */
export function encodeLogRecord(target: Uint8Array, offset: number, record: LogRecord): number {
  const bytes = view(target);
  const mark = Buffer.from(record.mark, 'utf8');
  bytes.writeBigUInt64LE(record.lsn, offset);
  bytes.writeDoubleLE(record.time, offset + 8);
  bytes.writeDoubleLE(record.position, offset + 16);
  bytes.writeUInt32LE(record.bytes.byteLength, offset + 24);
  bytes.writeUInt32LE(mark.byteLength, offset + 28);
  target.set(record.bytes, offset + LOG_HEADER);
  target.set(mark, offset + LOG_HEADER + record.bytes.byteLength);
  return offset + LOG_HEADER + record.bytes.byteLength + mark.byteLength;
}

export function* decodeLogRecords(payload: Uint8Array): Generator<LogRecord> {
  const bytes = view(payload);
  for (let offset = 0; offset < bytes.byteLength;) {
    const data = offset + LOG_HEADER;
    const mark = data + bytes.readUInt32LE(offset + 24);
    const end = mark + bytes.readUInt32LE(offset + 28);
    yield {
      lsn: bytes.readBigUInt64LE(offset),
      time: bytes.readDoubleLE(offset + 8),
      position: bytes.readDoubleLE(offset + 16),
      bytes: Uint8Array.prototype.slice.call(bytes, data, mark),
      mark: bytes.toString('utf8', mark, end),
    };
    offset = end;
  }
}
