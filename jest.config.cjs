// Tests are compiled by tsc to dist/test and run from there, untransformed: the same files run on Linux and inside Windows Node under Wine.
'use strict';

const { existsSync } = require('node:fs');

const project = (name) => ({
  displayName: name,
  rootDir: __dirname,
  roots: [`<rootDir>/dist/test/${name}`],
  testMatch: ['**/*.test.js'],
  testEnvironment: 'node',
  transform: {},
  injectGlobals: true,
});

/** `live` changes the Windows that it runs on: only when it is asked for. */
const names = ['unit', 'conformance', 'faults', ...(process.env.WINBACKUP_TEST_LIVE === '1' ? ['live'] : [])];

module.exports = {
  maxWorkers: '100%', // by default one core is left idle: of two, every second
  // Against hanging only: a busy machine with few cores must not fail a test that is merely slow.
  testTimeout: 60_000,
  projects: names.filter((name) => existsSync(`${__dirname}/dist/test/${name}`)).map(project),
};
