#!/usr/bin/env node
// `npm run prebuilds`: prebuildify packs prebuilds/win32-x64/winbackup.node, built by cmake-js instead of node-gyp.
//
// prebuildify runs the program in PREBUILD_NODE_GYP as if it were node-gyp and takes build/Release/*.node; cmake-js knows none of those
// arguments (its --target is a CMake target). So this file is both: the command, and, when called with `rebuild`, that program.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildNative } from './native-build.mjs';

const root = join(import.meta.dirname, '..');

/** Stands in for `node-gyp rebuild --arch=... --release`. */
function rebuild(args) {
  const { values } = parseArgs({ args, strict: false, options: { arch: { type: 'string' } } });
  const { addon } = buildNative({ arch: values.arch });
  const release = join(root, 'build', 'Release');
  rmSync(release, { recursive: true, force: true });
  mkdirSync(release, { recursive: true });
  copyFileSync(addon, join(release, 'winbackup.node'));
}

function pack(arch) {
  const self = fileURLToPath(import.meta.url);
  // On Windows prebuildify runs it through a shell, which does not start scripts by their first line.
  const nodeGyp = process.platform === 'win32' ? `node "${self}"` : self;
  const { status } = spawnSync(
    process.execPath,
    [createRequire(import.meta.url).resolve('prebuildify/bin'), '--napi', '--platform=win32', `--arch=${arch}`],
    { cwd: root, env: { ...process.env, PREBUILD_NODE_GYP: nodeGyp }, stdio: 'inherit' },
  );
  if (status !== 0) throw new Error(`prebuildify failed for win32-${arch}`);
}

try {
  if (process.argv[2] === 'rebuild') rebuild(process.argv.slice(3));
  else pack('x64');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
