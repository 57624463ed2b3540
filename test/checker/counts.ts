/** Prints what the checker explores: the two specifications whose counts are published, and the model of our KTM. Fails when an invariant does not hold. */
import { explore } from './checker';
import type { Model } from './checker';
import { ktmModel } from './ktm-model';
import { transactionCommit, twoPhaseCommit } from './transaction-commit';

function count<State>(name: string, model: Model<State>): void {
  const { distinct, generated, depth, violation } = explore(model);
  const result = violation === undefined ? '' : `; VIOLATION of ${violation.invariant}`;
  console.log(`  ${name}: ${String(distinct)} distinct states of ${String(generated)} generated, depth ${String(depth)}${result}`);
  if (violation !== undefined) process.exitCode = 1;
}

console.log('\nThe explicit-state checker');
count('TCommit, 3 resource managers (published: 34 of 94, depth 7)', transactionCommit(3));
count('TwoPhase, 3 resource managers (published: 288 of 1146, depth 11)', twoPhaseCommit(3));
count('KTM and its recovery, 2 resource managers, 2 power cuts, 2 deaths', ktmModel({ resourceManagers: 2, cuts: 2, deaths: 2, superior: false }));
count('likewise with a superior, 1 power cut', ktmModel({ resourceManagers: 2, cuts: 1, deaths: 2, superior: true }));
