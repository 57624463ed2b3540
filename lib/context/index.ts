/** Fault isolation after Microsoft Transaction Server: contexts, votes, HRESULT conversion. */
export { createRootObject, getObjectContext } from './context';
export type { Component, ContextObject, ContextOptions, ContextTransaction, MethodResult, ObjectContext } from './context';
export { initialVote, votes } from './votes';
export type { Vote } from './votes';
