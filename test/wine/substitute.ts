/** Functions of Windows that the addon calls, replaced by played ones (test/wine/substitute): for what Wine does not do as Windows does. */
import * as path from 'node:path';

export interface Played {
  /** What BackupRead gives of every file: streams one behind the other, each with its header (WIN32_STREAM_ID). */
  readonly streams?: Uint8Array;
  /** What is read has no end. */
  readonly endless?: boolean;
  /** The stream id that BackupWrite refuses, and the error. */
  readonly refusedStream?: number;
  readonly refusedWith?: number;
  /** Attributes that every file has besides its own. */
  readonly attributes?: number;
  /** What ReadEncryptedFileRaw gives. */
  readonly raw?: Uint8Array;
  readonly rawOpenError?: number;
  readonly importError?: number;
  /** FlushFileBuffers' failure. */
  readonly flushError?: number;
  /** CoInitializeSecurity's answer. */
  readonly securityResult?: number;
  /** False: the DLLs have no transacted functions. */
  readonly transactedFound?: boolean;
  /** What every transacted function answers: a Win32 error. */
  readonly transactedAnswer?: number;
}

export interface Seen {
  readonly written: Buffer;
  readonly imported: Buffer;
  /** Contexts of BackupRead, BackupWrite and OpenEncryptedFileRaw that nobody has given back. */
  readonly contexts: number;
  readonly reads: number;
  /** Files that were flushed. */
  readonly flushes: number;
  readonly securityCalls: number;
  readonly activations: readonly { readonly clsid: string; readonly context: number }[];
  /** The calls of transacted functions: name and arguments, of pointers only whether there is one. */
  readonly transacted: readonly string[];
}

export interface Substitute {
  /** The addon must be loaded. */
  replace(...names: readonly string[]): void;
  /** Takes all replacements back. */
  restore(): void;
  play(told: Played): void;
  seen(): Seen;
}

export function loadSubstitute(): Substitute {
  const module = { exports: {} };
  process.dlopen(module, path.join(process.env['WINBACKUP_PROGRAMS'] ?? '', 'substitute.dll'));
  return module.exports as Substitute;
}
