/** The README's examples, as a new user would run them, and its tables against what there is. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { EXIT_CODES_HELP } from '../../lib/cli/exit-codes';
import * as vdi from '../../lib/vdi';

const root = path.resolve(__dirname, '..', '..', '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

describe('the README', () => {
  it('names everything that winbackup/vdi exports, and every exit code with its meaning', () => {
    for (const name of Object.keys(vdi)) expect(readme).toContain(`\`${name}\``);
    expect(readme).toContain(EXIT_CODES_HELP);
  });

  it('has an example that runs as it stands, in an ES module', () => {
    const [, example = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
    const directory = mkdtempSync(path.join(tmpdir(), 'winbackup-readme-'));
    try {
      mkdirSync(path.join(directory, 'node_modules'));
      symlinkSync(root, path.join(directory, 'node_modules', 'winbackup'));
      writeFileSync(path.join(directory, 'example.mjs'), example);
      const run = spawnSync(process.execPath, ['example.mjs'], { cwd: directory, encoding: 'utf8' });
      expect([run.status, run.stderr]).toEqual([0, '']);
      expect(run.stdout).toContain('BACKUP DATABASE successfully processed');
      expect(run.stdout).toContain('sales.2.bak');
      expect(readdirSync(directory).sort()).toEqual(['example.mjs', 'node_modules']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('has a job that runs as it stands, in a shell', () => {
    if (process.platform === 'win32') return;
    const script = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block).find((block) => block.includes('winbackup job')) ?? '';
    const directory = mkdtempSync(path.join(tmpdir(), 'winbackup-readme-'));
    try {
      const program = path.join(root, 'dist', 'lib', 'cli', 'main.js');
      const run = spawnSync('sh', ['-ec', script.replaceAll('npx winbackup', `'${process.execPath}' '${program}'`).replace(', "delays": { "sql.write": 100 }', '')], { cwd: directory, encoding: 'utf8' });
      expect([run.status, run.stderr]).toEqual([0, '']);
      expect(run.stdout).toContain('Job nightly: committed.');
      expect(run.stdout).toContain('The set is whole');
      expect(readdirSync(directory).sort()).toEqual(['d', 'lab.json', 'lab.json.state', 'nightly.json', 'nightly.trace.json', 'sets']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('names every command, every import, and only exports that there are', () => {
    const table = (title: string): string => readme.split(title)[1]?.split('\n### ')[0] ?? '';
    const commands = table('### The command\n');
    const help = spawnSync(process.execPath, [path.join(root, 'dist', 'lib', 'cli', 'main.js'), '--help'], { encoding: 'utf8' }).stdout;
    const verbs = [...help.matchAll(/^ {2}([a-z-]+) (?=.*\S {2,}[A-Z]| {2,}[A-Z])/gm)].map(([, verb = '']) => verb).filter((verb) => verb !== 'help');
    expect(verbs).toHaveLength(15);
    for (const verb of verbs) expect(commands).toContain(`\`${verb}\``);
    const imports = table('### What each import has\n');
    const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { exports: Record<string, { require?: { default: string } }> };
    for (const [subpath, entry] of Object.entries(exports)) {
      if (entry.require === undefined) continue;
      const row = imports.split('\n').find((line) => line.startsWith(`| \`winbackup${subpath.slice(1)}\``)) ?? '';
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- as a consumer loads it
      const there = Object.keys(require(path.join(root, entry.require.default)) as object);
      const named = [...row.matchAll(/`([A-Za-z0-9_]+)`/g)].map(([, name = '']) => name);
      expect({ subpath, some: named.length > 0, missing: named.filter((name) => !there.includes(name)) }).toEqual({ subpath, some: true, missing: [] });
    }
  });
});
