// Writes what comes from the interface tables. `--check` writes nothing and fails when something is stale.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import ts from 'typescript';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

/** Loads a table module and what it imports from beside it, without a build. */
function loadTable(file) {
  const source = readFileSync(file, 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
  const module = { exports: {} };
  const load = (name) => (name.startsWith('.') ? loadTable(path.resolve(path.dirname(file), `${name}.ts`)) : require(name));
  new Function('module', 'exports', 'require', outputText)(module, module.exports, load);
  return module.exports;
}

const { vdiTable } = loadTable(path.join(root, 'lib/binding/tables/vdi.ts'));
const { vssTable } = loadTable(path.join(root, 'lib/binding/tables/vss.ts'));
const { ktmTable } = loadTable(path.join(root, 'lib/binding/tables/ktm.ts'));
const { txfTable } = loadTable(path.join(root, 'lib/binding/tables/txf.ts'));
const { txrTable } = loadTable(path.join(root, 'lib/binding/tables/txr.ts'));
const tables = [vdiTable, vssTable, ktmTable, txfTable, txrTable];

// Each emitter in scripts/generate/ exports `emit(table)`: a list of { path, text }, paths relative to the repository; and, where it does not
// speak for every API family yet, `families`.
const emitters = await Promise.all(
  readdirSync(path.join(root, 'scripts/generate')).filter((name) => name.endsWith('.mjs')).sort()
    .map((name) => import(pathToFileURL(path.join(root, 'scripts/generate', name)).href)),
);

const check = process.argv.includes('--check');
let stale = 0;
for (const table of tables) {
  for (const { path: file, text } of emitters.flatMap(({ emit, families = ['vdi'] }) => (families.includes(table.family) ? emit(table) : []))) {
    const target = path.join(root, file);
    let present = null;
    try {
      present = readFileSync(target, 'utf8');
    } catch {
      // not there yet
    }
    if (present === text) continue;
    if (check) {
      stale += 1;
      console.error(`${file} is stale: run "npm run generate"`);
    } else {
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
      console.log(`wrote ${file}`);
    }
  }
}
process.exitCode = stale === 0 ? 0 : 1;
