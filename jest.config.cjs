// Tests are compiled by tsc to dist/test and run from there, untransformed: the same files run on Linux and inside Windows Node under Wine.
'use strict';

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
  projects: ['unit', 'conformance', 'faults'].map(project),
};
