/**
 * Host services of the addon: privileges against the token itself, the identity of processes, and processes that fail fast. What Wine's event log keeps cannot be seen
 * (it answers success and stores nothing), so only the answers are checked.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { MACHINE } from '../../lib/binding/channel';
import { NativeChannel, failFastAddon, nativeBackend, processBegan } from '../../lib/binding/native';
import { realHost } from '../../lib/binding/real-host';
import { enablePrivileges } from '../../lib/binding/windows-host';
import { hostClient } from './host-client';

const STATUS_FAIL_FAST_EXCEPTION = 0xc0000602;

let channel: NativeChannel;

beforeEach(async () => {
  const opened = await nativeBackend().openChannel();
  if (!(opened instanceof NativeChannel)) throw new Error('the backend is not native');
  channel = opened;
});
afterEach(async () => {
  await channel.close();
  expect(channel.alive()).toMatchObject({ objects: 0 });
});

describe('privileges', () => {
  it('are enabled in the token by the first owner and disabled by the last', async () => {
    expect(hostClient.privilegeEnabled('SeSecurityPrivilege')).toBe(false);
    const first = await enablePrivileges(channel, 'SeSecurityPrivilege');
    const second = await enablePrivileges(channel, 'SeSecurityPrivilege');
    expect(hostClient.privilegeEnabled('SeSecurityPrivilege')).toBe(true);
    await first.close();
    expect(hostClient.privilegeEnabled('SeSecurityPrivilege')).toBe(true);
    await second.close();
    expect(hostClient.privilegeEnabled('SeSecurityPrivilege')).toBe(false);
  });

  it('stay enabled where they were enabled before', async () => {
    expect(hostClient.privilegeEnabled('SeChangeNotifyPrivilege')).toBe(true);
    const { hresult, outputs } = await channel.call(MACHINE, 'Host::EnablePrivilege', ['SeChangeNotifyPrivilege']);
    expect(hresult).toBe(0);
    await channel.release(outputs[0] as number);
    expect(hostClient.privilegeEnabled('SeChangeNotifyPrivilege')).toBe(true);
  });

  it('end with the channel that nobody closed them on', async () => {
    await enablePrivileges(channel, 'SeBackupPrivilege');
    expect(hostClient.privilegeEnabled('SeBackupPrivilege')).toBe(true);
    await channel.close();
    expect(hostClient.privilegeEnabled('SeBackupPrivilege')).toBe(false);
  });

  it('that the token does not hold are ERROR_NOT_ALL_ASSIGNED, unknown ones ERROR_NO_SUCH_PRIVILEGE', async () => {
    expect(hostClient.privilegeEnabled('SeLockMemoryPrivilege')).toBeUndefined();
    expect(await channel.call(MACHINE, 'Host::EnablePrivilege', ['SeLockMemoryPrivilege'])).toEqual({ hresult: 0x80070514, outputs: [] });
    expect(await channel.call(MACHINE, 'Host::EnablePrivilege', ['SeNonePrivilege'])).toEqual({ hresult: 0x80070521, outputs: [] });
  });
});

describe('which process has a number', () => {
  it('is told by when it began, until it has ended', async () => {
    const own = processBegan(process.pid) ?? 0n;
    // FILETIME: 100 ns since 1601.
    const now = BigInt(Date.now()) * 10_000n + 116_444_736_000_000_000n;
    expect(now - own).toBeGreaterThan(0n);
    expect(now - own).toBeLessThan(36_000_000_000n);
    expect(realHost.processes.identityOf(process.pid)).toBe(`${String(process.pid)} ${String(own)}`);
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const pid = child.pid ?? 0;
    expect(processBegan(pid)).toBeGreaterThan(own);
    child.kill();
    await once(child, 'exit');
    // The child's own handle in this process keeps its number.
    expect([processBegan(pid), realHost.processes.identityOf(pid)]).toEqual([undefined, undefined]);
    expect(processBegan(3)).toBeUndefined();
  });
});

describe('fail fast', () => {
  it.each(['main', 'worker'])('[M2] ends a process from its %s thread with STATUS_FAIL_FAST_EXCEPTION: no handler runs and nothing more is written', (where) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'winbackup-fail-fast-'));
    try {
      const child = spawnSync(process.execPath, [path.join(__dirname, '..', 'unit', 'fail-fast-main.js'), where, directory], { encoding: 'utf8' });
      expect(child.status).toBe(STATUS_FAIL_FAST_EXCEPTION);
      // The worker's main thread may have done its own work before; the thread that failed has not.
      expect(readdirSync(directory).filter((name) => where === 'main' || name !== 'later-work')).toEqual(['report.json']);
      expect(child.stderr).toContain('Component: the test\nCondition: two and two make four\n');
      expect(readFileSync(path.join(directory, 'report.json'), 'utf8')).toContain('two and two make four');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('[M4] can write its event before, on the thread that failed', () => {
    expect(failFastAddon().reportEvent('winbackup', 1, 1, 'an event')).toBe(0);
  });
});
