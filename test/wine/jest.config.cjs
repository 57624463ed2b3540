// jest inside Windows Node under Wine: the conformance suite and slices of the others, over the same compiled files as on Linux.
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { projects } = require('../../jest.config.cjs');
const slices = require('./slices.json');

const root = join(__dirname, '..', '..');
const node20 = process.versions.node.startsWith('20.');

/** Told by scripts/test-native.mjs, which then gives the process Wine's own DLLs: only the files that are about them. */
const winesOwn = process.env.WINBACKUP_WINES_OWN === '1';

/** The project of that name, or only those of its files that a slice names. */
function project(name, files) {
  for (const file of files ?? []) {
    if (!existsSync(join(root, 'dist', 'test', name, `${file}.test.js`))) throw new Error(`slices.json names ${name}/${file}, which does not exist`);
  }
  return {
    ...projects[0],
    displayName: name,
    roots: [`<rootDir>/dist/test/${name}`],
    ...(files && { testMatch: files.map((file) => `**/${file}.test.js`) }),
    testPathIgnorePatterns: winesOwn ? [] : slices.winesOwn.map((file) => `[\\\\/]${file}\\.test\\.js$`),
    cacheDirectory: join(root, '.cache', `jest-wine-${process.versions.node}`), // two may run at once
  };
}

module.exports = {
  rootDir: root,
  testTimeout: 30_000, // not heard when it stands in a project
  projects: winesOwn ? [project('wine', slices.winesOwn)] : [
    project('wine'),
    ...(node20 ? [] : [project('conformance')]),
    ...(node20 && slices.node20.conformance.length > 0 ? [project('conformance', slices.node20.conformance)] : []),
    ...(slices.faults.length > 0 ? [project('faults', slices.faults)] : []),
  ],
};
