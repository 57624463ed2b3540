/** Fault isolation after Microsoft Transaction Server (winbackup/context): contexts, votes, HRESULT conversion, fail fast. */
export { HRESULT, failed } from '../binding/codes';
export { CONTEXT_HRESULT } from '../binding/com-codes';
export { ArgumentError, StateError, WindowsError } from '../binding/errors';
export { FailFastError, failFast, invariant, setFailFastServices } from '../binding/fail-fast';
export type { FailFastReport, FailFastServices } from '../binding/fail-fast';
export { createRootObject, getObjectContext } from './context';
export type { Component, ContextObject, ContextOptions, ContextTransaction, MethodResult, ObjectContext } from './context';
export { initialVote, votes } from './votes';
export type { Vote } from './votes';
