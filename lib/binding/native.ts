/** The native backend. */
import type { Backend } from './backend';
import { LoadError } from './errors';

export function nativeBackend(): Backend {
  throw new LoadError('the native addon is not built', []);
}
