/**
 * What only one may have at a time, in all processes of the machine: the log of a resource manager, and its name. Whoever has it holds a
 * resource manager that does nothing, under an id made from the name: KTM gives an id to one, and takes it back when the process ends, however
 * it ends.
 */
import { createHash } from 'node:crypto';
import { StateError, WIN32, checkGuid } from '../binding';
import type { Backend } from '../binding';
import { failedWith } from './errors';
import { ResourceManager } from './resource-manager';
import { TransactionManager } from './transaction-manager';

export interface Claim {
  close(): Promise<void>;
}

/** Two drivers on one log would ruin it. @param path in the system's own form */
export function claimLog(backend: Backend, path: string): Promise<Claim> {
  // Windows does not tell paths apart by case.
  return claim(backend, backend.kind === 'native' ? path.toLowerCase() : path, `${path} is in use by another resource manager`);
}

/**
 * KTM lets a resource manager be opened twice, but it has one queue: each would take notifications that are for the other's enlistments, and
 * take their keys for those of its own.
 */
export function claimResourceManager(backend: Backend, id: string): Promise<Claim> {
  return claim(backend, `resource manager ${checkGuid('id', id)}`, `the resource manager {${id}} is in use: it has been recovered, and not closed since`);
}

/** @throws StateError (ERR_IN_USE) */
async function claim(backend: Backend, name: string, inUse: string): Promise<Claim> {
  const digest = createHash('sha256').update(`winbackup ${name}`).digest('hex');
  const id = digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const manager = await TransactionManager.create({ backend, volatile: true });
  try {
    const holder = await ResourceManager.create(manager, { id, volatile: true, description: 'winbackup: one at a time' });
    return {
      close: async () => {
        await holder.close();
        await manager.close();
      },
    };
  } catch (error) {
    await manager.close();
    if (failedWith(error, WIN32.ERROR_ALREADY_EXISTS)) throw new StateError('ERR_IN_USE', inUse, { cause: error });
    throw error;
  }
}
