/** What the monitor and its processes say to each other: plain data over the channel of a child process. */
import type { BeginOptions } from './transaction';

export type Phase = 'prepare' | 'commit' | 'backout';

/** To a server. `transaction` is undefined outside any. */
export type ToServer =
  | { readonly type: 'request'; readonly tag: number; readonly transaction: string | undefined; readonly payload: unknown }
  | { readonly type: 'cancel'; readonly tag: number }
  | { readonly type: 'participant'; readonly tag: number; readonly transaction: string; readonly participant: string; readonly phase: Phase; readonly record: unknown };

export type FromServer =
  | { readonly type: 'reply'; readonly tag: number; readonly payload: unknown }
  /** The request was refused: an answer like any other. */
  | { readonly type: 'refused'; readonly tag: number; readonly message: string; readonly code: string | undefined }
  | { readonly type: 'abort'; readonly transaction: string }
  /** It takes no more requests, and does not reply to those that it has. */
  | { readonly type: 'closing' };

export type FromRequester =
  | { readonly type: 'begin'; readonly tag: number; readonly options: BeginOptions }
  | { readonly type: 'end' | 'abort' | 'resume' | 'status'; readonly tag: number; readonly transaction: string }
  | { readonly type: 'lock'; readonly tag: number; readonly transaction: string; readonly resource: string }
  | { readonly type: 'closeFile'; readonly tag: number };

export type ToRequester =
  | { readonly type: 'answer'; readonly tag: number; readonly result: unknown }
  | { readonly type: 'refused'; readonly tag: number; readonly number: number; readonly message: string };

/** What has crossed is somebody else's: it is looked at before it is believed. */
export function isMessage(value: unknown): value is { readonly type: string; readonly tag?: number; readonly transaction?: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { type, tag, transaction } = value as Record<string, unknown>;
  return typeof type === 'string' && (tag === undefined || typeof tag === 'number') && (transaction === undefined || typeof transaction === 'string');
}
