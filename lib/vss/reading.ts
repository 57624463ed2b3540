/** Reading many fields of a VSS object in one crossing, where the backend can; else field by field. */
import { HRESULT, StateError, WindowsError, failed } from '../binding';
import type { Channel, PlainRecord } from '../binding';
import type { ProxyObject } from '../binding/proxy';

/** Channels whose backend knows no ReadAll. */
const without = new WeakSet<Channel>();

/**
 * `IVssExamineWriterMetadata::ReadAll`, `IVssWriterComponentsExt::ReadAll`: not methods of Windows but operations of the backend, which call every
 * getter and answer with one record, or with the name of the getter that failed. Undefined where there is none.
 */
export async function readAll<T>({ channel, handle }: ProxyObject, operation: string): Promise<T | undefined> {
  if (without.has(channel)) return undefined;
  try {
    const { hresult, outputs: [contents] } = await channel.call(handle, operation, []);
    if (!failed(hresult)) return contents as PlainRecord as T;
    if (hresult !== HRESULT.E_NOTIMPL) throw new WindowsError(typeof contents === 'string' ? contents : operation, hresult);
  } catch (error) {
    if (!(error instanceof StateError && error.code === 'ERR_UNKNOWN_OPERATION')) throw error;
  }
  without.add(channel);
  return undefined;
}

/** What `read` gives for each index, in order. */
export async function each<T>(count: number, read: (index: number) => Promise<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for (let index = 0; index < count; index += 1) found.push(await read(index));
  return found;
}

/** What `read` gives of an object that a call gave out; the object is released. */
export async function of<P extends ProxyObject, T>(object: Promise<P>, read: (object: P) => Promise<T>): Promise<T> {
  const opened = await object;
  try {
    return await read(opened);
  } finally {
    await opened.release();
  }
}

/** What `read` gives, or `otherwise` where this Windows lacks the interface. */
export async function ifSupported<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof WindowsError && error.hresult === HRESULT.E_NOINTERFACE) return otherwise;
    throw error;
  }
}
