// `npm run build`: compiles TypeScript to CommonJS, then writes the ESM face of each entry point that package.json exports. A face names the
// members of the CommonJS module, so that both kinds of consumer share one implementation and its classes.
// A compiled test whose source is gone is removed, so that it does not run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const compiled = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '--build'], { cwd: root, stdio: 'inherit' });
if (compiled.status !== 0) process.exit(1);

for (const file of readdirSync(join(root, 'dist', 'test'), { recursive: true })) {
  if (file.endsWith('.test.js') && !existsSync(join(root, 'test', file.replace(/\.js$/, '.ts')))) rmSync(join(root, 'dist', 'test', file));
}

function writeIfChanged(file, text) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const { import: face, require: implementation } of Object.values(exports).filter((entry) => typeof entry === 'object')) {
  const file = join(root, implementation.default);
  const source = `./${basename(file)}`;
  const names = Object.keys(require(file)).filter((name) => name !== 'default');
  writeIfChanged(join(root, face.default), `import implementation from '${source}';\nexport const {\n${names.map((name) => `  ${name},\n`).join('')}} = implementation;\n`);
  writeIfChanged(join(root, face.types), `export * from '${source}';\n`);
}
