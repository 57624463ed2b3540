/** What to do about which error: facts/vss.md 2.6, row by row. */
import { VSS_HRESULT } from '../../lib/binding/vss-codes';
import { commonRetryClass, retryClassOf } from '../../lib/vss/retry-classes';
import type { RetryClass } from '../../lib/vss/retry-classes';

const E: Readonly<Record<string, number>> = VSS_HRESULT;
const codes: Readonly<Record<Exclude<RetryClass, 'not retryable'>, readonly string[]>> = {
  retryable: [
    'VSS_E_FLUSH_WRITES_TIMEOUT', 'VSS_E_HOLD_WRITES_TIMEOUT', 'VSS_E_PROVIDER_VETO', 'VSS_E_UNEXPECTED_PROVIDER_ERROR', 'VSS_E_WRITERERROR_OUTOFRESOURCES',
    'VSS_E_WRITERERROR_TIMEOUT', 'VSS_E_WRITERERROR_RETRYABLE', 'VSS_E_WRITER_STATUS_NOT_AVAILABLE',
  ],
  'set in progress': ['VSS_E_SNAPSHOT_SET_IN_PROGRESS'],
  'add volumes': ['VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT'],
};

it('each code has its class, and every other one is not retryable', () => {
  const classOf = (name: string): RetryClass => (Object.keys(codes) as (keyof typeof codes)[]).find((each) => codes[each].includes(name)) ?? 'not retryable';
  const names = Object.keys(E).filter((name) => name.startsWith('VSS_E_'));
  expect(names).toEqual(expect.arrayContaining(['VSS_E_WRITERERROR_NONRETRYABLE', 'VSS_E_WRITER_NOT_RESPONDING', 'VSS_E_REBOOT_REQUIRED', ...Object.values(codes).flat()]));
  expect(names.filter((name) => retryClassOf(E[name] ?? 0) !== classOf(name))).toEqual([]);
  // As Node gives them, signed or not.
  expect(retryClassOf((E['VSS_E_PROVIDER_VETO'] ?? 0) | 0)).toBe('retryable');
  expect(retryClassOf(0x80004005)).toBe('not retryable');
});

it.each([
  [['VSS_E_WRITERERROR_RETRYABLE', 'VSS_E_WRITERERROR_TIMEOUT'], 'retryable'], [['VSS_E_WRITERERROR_RETRYABLE', 'VSS_E_WRITER_NOT_RESPONDING'], 'not retryable'],
  [['VSS_E_WRITERERROR_RETRYABLE', 'VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT'], 'add volumes'], [[], 'not retryable'],
] as const)('of %j the class is %s', (names, expected) => {
  expect(commonRetryClass(names.map((name) => E[name] ?? 0))).toBe(expected);
});
