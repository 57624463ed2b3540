/** Who has a log open: one at a time, whoever else comes, and however the last one ended. */
import { LogClaim } from '../../lib/log';
import { SimulatedHost } from '../../lib/simulator';

const LOG = '/logs/log';

async function newHost(): Promise<SimulatedHost> {
  const host = new SimulatedHost();
  await host.files.makeDirectory('/logs');
  return host;
}

async function write(host: SimulatedHost, path: string, text: string): Promise<void> {
  const file = await host.files.open(path, 'create');
  await file.write(Buffer.from(text), 0);
  await file.close();
}

describe('a log', () => {
  it('is had by one at a time; then by the next, and nothing is left', async () => {
    const host = await newHost();
    const claim = await LogClaim.take(host, LOG);
    await expect(LogClaim.take(host, 'logs/log')).rejects.toMatchObject({ code: 'ERR_IN_USE', message: expect.stringContaining('process 1000') as string });
    // Another log is nobody's business.
    await (await LogClaim.take(host, '/logs/log.1')).release();
    await claim.release();
    await (await LogClaim.take(host, LOG)).release();
    expect(await host.files.list('/logs')).toEqual([]);
  });

  it('is not had by a process whose lock file could not be made whole', async () => {
    for (const operation of ['write', 'sync'] as const) {
      const host = await newHost();
      host.files.fail({ operation, code: 'ENOSPC' });
      await expect(LogClaim.take(host, LOG)).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(await host.files.list('/logs')).toEqual([]);
    }
  });

  it('is taken over from a process that is gone, whatever a power cut has left of its lock file', async () => {
    for (const kept of [true, false]) {
      const host = await newHost();
      await host.files.syncDirectory('/');
      await LogClaim.take(host, LOG);
      await host.files.syncDirectory('/logs');
      const after = host.restart(() => kept);
      await write(after, `${LOG}.7.lock`, '');
      await (await LogClaim.take(after, LOG)).release();
      expect(await after.files.list('/logs')).toEqual([]);
    }
  });

  it('is not taken from a process of another computer: nobody can tell whether that lives', async () => {
    const host = await newHost();
    await write(host, `${LOG}.1.lock`, JSON.stringify({ machine: 'OTHER', pid: 1000, identity: '1000 1' }));
    await expect(LogClaim.take(host, LOG)).rejects.toMatchObject({ message: expect.stringMatching(/machine OTHER.*remove \/logs\/log\.1\.lock/) as string });
  });

  it('has never two owners, when several come at once and one before them has gone', async () => {
    const host = await newHost();
    await write(host, `${LOG}.1.lock`, JSON.stringify({ machine: 'SIMULATED', pid: 4, identity: 'gone' }));
    const taken = await Promise.allSettled(Array.from({ length: 5 }, () => LogClaim.take(host, LOG)));
    expect(taken.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
  });

  it('that cannot be claimed is left alone: the file system\'s error tells why', async () => {
    const host = await newHost();
    host.files.fail({ operation: 'write', code: 'ENOSPC' });
    await expect(LogClaim.take(host, LOG)).rejects.toMatchObject({ code: 'ENOSPC' });
    host.files.clearFaults();
    await (await LogClaim.take(host, LOG)).release();
    await expect(LogClaim.take(host, '/nowhere/log')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
