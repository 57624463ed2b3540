/** Waiting that can end early, as all layers have it. */
export { settledWithin, unlessAborted } from '../binding/waiting';
