/** Loads an optional driver from where the caller's package has it. */
import { createRequire } from 'node:module';
import { LoadError } from '../../binding/errors';

/** Throws LoadError that names the command to install it. */
export function loadDriver(name: string, range: string): unknown {
  try {
    return createRequire(__filename)(name) as unknown;
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new LoadError(`the SQL driver ${name} is not usable here; install it with: npm install ${name}@${range}`, [{ path: name, error: problem }], { cause: error });
  }
}
