// What serves a device, where the simulated server could not do wrong.
import { VDCommands } from '../../lib/binding';
import type { ClientVirtualDevice } from '../../lib/vdi';
import { Command } from '../../lib/vdi/command';
import { DeviceServer } from '../../lib/vdi/device-server';
import type { BackupTarget, RestoreSource } from '../../lib/vdi/media';

const { Write, Read } = VDCommands;

it.each([
  ['Write', Write, 29],
  ['Read', Read, 30],
])('refuses a %s that comes without the memory that its size speaks of, and moves nothing', async (_name, commandCode, refusal) => {
  const completed: unknown[] = [];
  const failures: unknown[] = [];
  const moved = jest.fn();
  const owner = {
    view: () => null,
    completeCommand: (_pointer: bigint, code: number, bytes: number) => Promise.resolve(void completed.push([code, bytes])),
    returned: () => undefined,
  };
  const command = new Command(owner, { pointer: 1n, commandCode, size: 512, position: 0n, buffer: 0n });
  const device = { batches: async function* batches() { yield await Promise.resolve([command]); } } as unknown as ClientVirtualDevice;
  const transfer = {
    randomAccess: false, steps: {}, complete: () => Promise.resolve(), transferred: moved, fail: (error: unknown) => failures.push(error),
    ioFailed: (error: unknown, code: number) => failures.push([Reflect.get(error as Error, 'code'), code]),
  };
  const server = commandCode === Write
    ? DeviceServer.toTarget(device, transfer, { write: moved } as unknown as BackupTarget)
    : DeviceServer.fromSource(device, transfer, { read: moved } as unknown as RestoreSource);
  await server.serve(new AbortController().signal);
  await server.idle();
  expect(completed).toEqual([[refusal, 0]]);
  expect(failures).toEqual([['ERR_NO_BUFFER', refusal]]);
  expect(moved).not.toHaveBeenCalled();
});
