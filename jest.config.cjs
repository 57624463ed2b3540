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

module.exports = {
  projects: ['unit', 'conformance', 'faults'].filter((name) => existsSync(`${__dirname}/dist/test/${name}`)).map(project),
};
