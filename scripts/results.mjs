// What jest's JSON results say, in the counts that the test scripts print.
import { readFileSync } from 'node:fs';

/** Every case of a results file: its project (folder below dist/test), full name and status. */
function readCases(file) {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  return testResults.flatMap(({ name: path, assertionResults, status, message }) => {
    const [, project] = /dist[\\/]test[\\/]([^\\/]+)/.exec(path) ?? [];
    const cases = assertionResults.map(({ fullName, status: outcome }) => ({ project, name: fullName, status: outcome }));
    // A file that could not be run at all has no cases but has failed.
    if (status === 'failed' && !cases.some((one) => one.status === 'failed')) cases.push({ project, name: message, status: 'failed' });
    return cases;
  });
}

/** @returns {{ passed: number, failed: number, skipped: number, conformance: string[] }} with the names of the conformance cases, sorted */
export function readResults(file) {
  const cases = readCases(file);
  const passed = cases.filter(({ status }) => status === 'passed').length;
  const failed = cases.filter(({ status }) => status === 'failed').length;
  return {
    passed,
    failed,
    skipped: cases.length - passed - failed,
    conformance: cases.filter(({ project }) => project === 'conformance').map(({ name }) => name).sort(),
  };
}

export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
