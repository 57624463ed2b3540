/**
 * The bytes of a log: a header, then frames. Layout, little-endian:
 *
 *   header  "WBLOG\0" version:u16 kindLength:u32 crc:u32 identity:16 bytes kind:kindLength bytes, padded to 8
 *   frame   magic:u32 length:u32 crc:u32 zero:u32 sequence:u64 durable:u64 payload, padded to 8
 *
 * `durable` says up to which byte the log was synced when the frame was written. It tells a torn tail from damage: a bad frame that a
 * later good frame says was durable has been damaged, because a crash can only lose or tear what was not synced yet.
 */
import { crc32 } from 'node:zlib';

import { WinbackupError } from '../binding/errors';

/** The log's contents cannot be trusted: damaged, of another kind, or of another version. Nothing has been changed. */
export class LogError extends WinbackupError {
  override readonly name = 'LogError';
  readonly code: 'ERR_LOG_DAMAGED' | 'ERR_LOG_FOREIGN' | 'ERR_LOG_VERSION' | 'ERR_LOG_FAILED';
  readonly path: string;

  constructor(code: LogError['code'], path: string, problem: string, options: { cause?: unknown } = {}) {
    super(`${path}: ${problem}`, options);
    this.code = code;
    this.path = path;
  }
}

const HEADER_MAGIC = Buffer.from('WBLOG\0', 'latin1');
export const LOG_VERSION = 1;
const HEADER_FIXED = 32;
const FRAME_MAGIC = 0x4d465257;
export const FRAME_HEADER = 32;
/** A record is at most this long; a longer length field is damage. */
export const MAX_RECORD = 64 * 1024 * 1024;

const padded = (byteLength: number): number => (byteLength + 7) & ~7;

export interface Header {
  readonly kind: string;
  /** 32 hexadecimal digits, new for each log. */
  readonly identity: string;
}

export function encodeHeader({ kind, identity }: Header): Buffer {
  const name = Buffer.from(kind, 'utf8');
  const bytes = Buffer.alloc(padded(HEADER_FIXED + name.length));
  HEADER_MAGIC.copy(bytes, 0);
  bytes.writeUInt16LE(LOG_VERSION, 6);
  bytes.writeUInt32LE(name.length, 8);
  Buffer.from(identity, 'hex').copy(bytes, 16);
  name.copy(bytes, HEADER_FIXED);
  bytes.writeUInt32LE(headerCrc(bytes), 12);
  return bytes;
}

function headerCrc(bytes: Buffer): number {
  return crc32(bytes.subarray(16), crc32(bytes.subarray(0, 12)));
}

/** The header and its length; undefined where the file ends inside it or it was torn while the log was made. */
export function decodeHeader(path: string, bytes: Buffer): { readonly header: Header; readonly byteLength: number } | undefined {
  if (bytes.length < HEADER_FIXED) return undefined;
  if (bytes.every((byte) => byte === 0)) return undefined;
  if (!bytes.subarray(0, 6).equals(HEADER_MAGIC)) throw new LogError('ERR_LOG_FOREIGN', path, 'is not a log of winbackup');
  const version = bytes.readUInt16LE(6);
  const nameLength = bytes.readUInt32LE(8);
  const byteLength = padded(HEADER_FIXED + nameLength);
  if (byteLength > bytes.length || bytes.readUInt32LE(12) !== headerCrc(bytes.subarray(0, byteLength))) return undefined;
  if (version !== LOG_VERSION) throw new LogError('ERR_LOG_VERSION', path, `has version ${String(version)}; this program reads version ${String(LOG_VERSION)}`);
  return {
    header: { kind: bytes.toString('utf8', HEADER_FIXED, HEADER_FIXED + nameLength), identity: bytes.toString('hex', 16, 32) },
    byteLength,
  };
}

/** @param durable the byte up to which the log is synced now */
export function encodeFrame(sequence: number, durable: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(padded(FRAME_HEADER + payload.byteLength));
  bytes.writeUInt32LE(FRAME_MAGIC, 0);
  bytes.writeUInt32LE(payload.byteLength, 4);
  bytes.writeBigUInt64LE(BigInt(sequence), 16);
  bytes.writeBigUInt64LE(BigInt(durable), 24);
  bytes.set(payload, FRAME_HEADER);
  bytes.writeUInt32LE(frameCrc(bytes, payload.byteLength), 8);
  return bytes;
}

function frameCrc(bytes: Buffer, length: number): number {
  return crc32(bytes.subarray(12, FRAME_HEADER + length), crc32(bytes.subarray(0, 8)));
}

export interface Frame {
  readonly sequence: number;
  readonly durable: number;
  readonly payload: Buffer;
  /** Of the frame with its padding. */
  readonly byteLength: number;
}

/** The good frame at `offset`, or undefined. */
export function decodeFrame(bytes: Buffer, offset: number): Frame | undefined {
  if (offset + FRAME_HEADER > bytes.length || bytes.readUInt32LE(offset) !== FRAME_MAGIC) return undefined;
  const length = bytes.readUInt32LE(offset + 4);
  const byteLength = padded(FRAME_HEADER + length);
  if (length > MAX_RECORD || offset + byteLength > bytes.length) return undefined;
  const frame = bytes.subarray(offset, offset + byteLength);
  if (frame.readUInt32LE(8) !== frameCrc(frame, length)) return undefined;
  return {
    sequence: Number(frame.readBigUInt64LE(16)),
    durable: Number(frame.readBigUInt64LE(24)),
    payload: frame.subarray(FRAME_HEADER, FRAME_HEADER + length),
    byteLength,
  };
}
