/** The child process of an isolated channel (isolated.ts): a channel to the machine, and its parent's calls on it. */
import { createRequire } from 'node:module';
import type { Backend } from './backend';
import type { CallResult, Channel } from './channel';
import { errorCode } from './errors';
import type { ChildMessage, ElsewhereBackend, ParentMessage } from './isolated';

let channel: Channel | undefined;

function send(message: ChildMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function open({ module, export: name, argument }: ElsewhereBackend): Promise<void> {
  const loaded = createRequire(__filename)(module) as Readonly<Record<string, (argument: string) => Backend | Promise<Backend>>>;
  const backend = await loaded[name]?.(argument);
  if (backend === undefined) throw new TypeError(`${module} has no ${name}`);
  channel = await backend.openChannel();
}

async function act(message: Exclude<ParentMessage, { type: 'open' | 'teardown' }>): Promise<CallResult> {
  if (message.type === 'call' && channel !== undefined) return channel.call(message.handle, message.operation, message.args);
  if (message.type === 'release') await channel?.release(message.handle);
  if (message.type === 'close') await channel?.close();
  return { hresult: 0, outputs: [] };
}

function answer(id: number, work: Promise<ChildMessage>): void {
  work.catch((error: unknown): ChildMessage => ({
    type: 'failed', id, code: errorCode(error) ?? 'ERR_ISOLATED', message: error instanceof Error ? error.message : String(error),
  })).then(send, () => undefined);
}

process.on('message', (message: ParentMessage) => {
  if (message.type === 'open') answer(0, open(message.elsewhere).then(() => ({ type: 'opened' })));
  else if (message.type === 'teardown') channel?.setTeardown(message.handle, message.steps);
  else answer(message.id, act(message).then((result) => ({ type: 'answer', id: message.id, result })));
});
// The parent closed the channel, or is gone: what it left is torn down (AbortBackup and the like), then this process ends.
process.once('disconnect', () => {
  void Promise.resolve(channel?.close()).finally(() => process.exit());
});
