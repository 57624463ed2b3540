// Generated from lib/binding/tables/txf.ts by scripts/generate.mjs. Not to be edited.
import type { KernelHandle } from '../functions';

/** Functions of kernel32.dll. */
export interface TxF {
  /** TxF::CreateFileTransacted; facts/ktm-tmf-mts.md 2.7. */
  createFileTransacted(fileName: string, desiredAccess: number, shareMode: number, creationDisposition: number, flagsAndAttributes: number, transaction: KernelHandle): Promise<KernelHandle>;
  /** TxF::MoveFileTransacted; facts/ktm-tmf-mts.md 2.7. */
  moveFileTransacted(existingFileName: string, newFileName: string | null, flags: number, transaction: KernelHandle): Promise<void>;
  /** TxF::DeleteFileTransacted; facts/ktm-tmf-mts.md 2.7. */
  deleteFileTransacted(fileName: string, transaction: KernelHandle): Promise<void>;
  /** TxF::CopyFileTransacted; facts/ktm-tmf-mts.md 2.7. */
  copyFileTransacted(existingFileName: string, newFileName: string, copyFlags: number, transaction: KernelHandle): Promise<void>;
  /** TxF::CreateDirectoryTransacted; facts/ktm-tmf-mts.md 2.7. */
  createDirectoryTransacted(templateDirectory: string | null, newDirectory: string, transaction: KernelHandle): Promise<void>;
  /** TxF::CreateHardLinkTransacted; facts/ktm-tmf-mts.md 2.7. */
  createHardLinkTransacted(fileName: string, existingFileName: string, transaction: KernelHandle): Promise<void>;
  /** TxF::SetFileAttributesTransacted; facts/ktm-tmf-mts.md 2.7. */
  setFileAttributesTransacted(fileName: string, fileAttributes: number, transaction: KernelHandle): Promise<void>;
  /**
   * from the file's own position, at most 1024 bytes; none at the end
   * TxF::ReadFile; facts/ktm-tmf-mts.md 2.7.
   */
  readFile(file: KernelHandle): Promise<Uint8Array>;
  /**
   * at the file's own position
   * TxF::WriteFile; facts/ktm-tmf-mts.md 2.7.
   */
  writeFile(file: KernelHandle, bytes: Uint8Array): Promise<void>;
  /** TxF::FlushFileBuffers; facts/ktm-tmf-mts.md 2.7. */
  flushFileBuffers(file: KernelHandle): Promise<void>;
}
