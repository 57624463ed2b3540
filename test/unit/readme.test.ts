/** The README's example, as a new user would run it: in a package of its own that has installed this one. */
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
});
