/**
 * COM security in a process of its own, because it is set once per process. Tells on standard output how it went.
 * Usage: node vss-security-program.js <HRESULT that CoInitializeSecurity answers> [<HRESULT the second time>]
 */
import { writeSync } from 'node:fs';
import { WindowsError } from '../../lib/binding/errors';
import { nativeBackend } from '../../lib/binding/native';
import { SnapshotSession } from '../../lib/vss';
import { loadSubstitute } from './substitute';
import { openWineMachine } from './wine-machine';

async function main(...answers: readonly string[]): Promise<void> {
  const backend = nativeBackend();
  const machine = await openWineMachine();
  const substitute = loadSubstitute();
  substitute.replace('CoInitializeSecurity');
  const outcomes: string[] = [];
  for (const answer of answers) {
    substitute.play({ securityResult: Number(answer) });
    try {
      const session = await SnapshotSession.begin({ backend, volumes: ['C:\\'], retry: { times: 0 } });
      await session.complete();
      outcomes.push('complete');
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof WindowsError ? error.cause : error;
      outcomes.push(cause instanceof WindowsError ? `${cause.operation} ${cause.code}` : String(error));
    }
  }
  await machine.close();
  writeSync(1, JSON.stringify({ outcomes, calls: substitute.seen().securityCalls }));
}

void main(...process.argv.slice(2));
