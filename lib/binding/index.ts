/** The contract, in one import for the layers below. */
export * from './backend';
export * from './channel';
export * from './check';
export * from './codes';
export * from './errors';
export * from './host';
export * from './sql';
export * from './windows-host';
