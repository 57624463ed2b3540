/** A real process, killed with SIGKILL before each change that it makes on a real disk; the next process finds the set and makes it whole. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = join(__dirname, '..', 'unit', 'ktm-replace-process.js');
const cli = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');

function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly signal: string | null; readonly stdout: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout }));
  });
}

function prepared(): string {
  const directory = mkdtempSync(join(tmpdir(), 'winbackup-killed-'));
  for (const [name, text] of [['sales.bak', 'old backup'], ['catalog.json', 'old catalog'], ['sales.new', 'new backup'], ['catalog.new', 'new catalog']] as const) {
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

const contents = (directory: string): readonly string[] => ['sales.bak', 'catalog.json'].map((name) => readFileSync(join(directory, name), 'utf8'));

/** Kills before change number `at`, recovers in another process, and says what was found. */
async function killedBefore(at: number): Promise<{ readonly state: 'old' | 'new'; readonly mixed: boolean; readonly recovered: Record<string, readonly unknown[]> }> {
  const directory = prepared();
  try {
    const killed = await run(program, directory, String(at));
    expect([at, killed.code, killed.signal]).toEqual([at, null, 'SIGKILL']);
    const between = contents(directory);
    const log = join(directory, '.winbackup', 'replace');
    const next = await run(cli, 'transactions', 'recover', '--log', log, '--json');
    const events = next.stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
    const recovered = (events.find(({ event }) => event === 'recovered') ?? {}) as Record<string, readonly unknown[]>;
    // Before the first log was there, nothing had begun: 2 says so.
    expect([at, next.code]).toEqual([at, events.some(({ code }) => code === 'ERR_INVALID_ARG_VALUE') ? 2 : 0]);
    const after = contents(directory);
    expect([['old backup', 'old catalog'], ['new backup', 'new catalog']]).toContainEqual(after);
    expect([at, readdirSync(directory).filter((name) => name !== '.winbackup').sort()]).toEqual([at, ['catalog.json', 'catalog.new', 'sales.bak', 'sales.new']]);
    return { state: after[0] === 'old backup' ? 'old' : 'new', mixed: between[0] === 'new backup' && between[1] === 'old catalog', recovered };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

it('[K1] [K4] [K15] a set of files is whole after the next start, wherever the process was killed', async () => {
  const directory = prepared();
  const whole = await run(program, directory, '0');
  rmSync(directory, { recursive: true });
  const { steps } = JSON.parse(whole.stdout) as { readonly steps: readonly string[] };
  expect(steps).toEqual(expect.arrayContaining(['create sales.bak.*.partial', 'sync replace.prepared', 'write replace.blf', 'rename sales.bak', 'rename catalog.json']));
  const found = new Map<string, Awaited<ReturnType<typeof killedBefore>>>();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < steps.length) {
      const at = ++next;
      found.set(`${String(at)} ${steps[at - 1] ?? ''}`, await killedBefore(at));
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  const all = [...found.values()];
  expect(all.filter(({ state }) => state === 'old').length).toBeGreaterThan(10);
  expect(all.filter(({ state }) => state === 'new').length).toBeGreaterThan(3);
  // Between the two names the set was mixed, and the redelivered COMMIT has made it whole.
  expect(all.filter(({ mixed }) => mixed).map(({ state, recovered }) => [state, recovered['committed']?.length])).toContainEqual(['new', 1]);
  // The resource manager had prepared and KTM knew nothing: presumed abort.
  expect(all.some(({ state, recovered }) => state === 'old' && recovered['presumedAborted']?.length === 1)).toBe(true);
}, 180_000);
