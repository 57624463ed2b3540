// `npm run lint`: eslint with type information, generated files against their tables, and the layout of the C++ sources.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findProgram } from './tools.mjs';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
let failed = 0;

function check(name, program, ...args) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  console.log(`${name}: ${status === 0 ? 'ok' : 'failed'}`);
  if (status !== 0) failed += 1;
}

check('eslint', process.execPath, join(require.resolve('eslint/package.json'), '..', 'bin', 'eslint.js'), '--max-warnings=0', '.');
if (existsSync(join(root, 'scripts', 'generate.mjs'))) check('generated files', process.execPath, 'scripts/generate.mjs', '--check');

const sources = ['native', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((file) => /\.(cc|c|h)$/.test(file) && !file.includes('generated'))
    .map((file) => join(folder, file)),
);
if (findProgram('clang-format') !== undefined) check('clang-format', 'clang-format', '--dry-run', '-Werror', ...sources);
else console.log('clang-format: skipped, not found; on Debian or Ubuntu: sudo apt-get install -y clang-format');

process.exitCode = failed === 0 ? 0 : 1;
