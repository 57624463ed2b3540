/** The machine's side of its control: what a tester may do and see from outside, as operations on handle 0. `MachineControl` calls them. */
import { checkInteger, checkString } from '../binding/check';
import type { PlainRecord, PlainValue } from '../binding/channel';
import { ArgumentError, StateError } from '../binding/errors';
import { SimulatedClock } from './clock';
import { checkFault } from './faults';
import type { RecordedCall, SimulatedWindows } from './machine';

/** Absent fields are left out: `undefined` is no plain value. */
function plainRecord(value: object): PlainRecord {
  const fields = Object.entries(value) as [string, PlainValue | undefined][];
  return Object.fromEntries(fields.filter((field): field is [string, PlainValue] => field[1] !== undefined));
}

interface CallFilter {
  readonly operation?: string;
  readonly process?: number;
  readonly afterSequence?: number;
}

function matches(filter: CallFilter): (call: RecordedCall) => boolean {
  return ({ operation, process, sequence }) =>
    (filter.operation === undefined || operation === filter.operation) &&
    (filter.process === undefined || process === filter.process) &&
    sequence > (filter.afterSequence ?? 0);
}

/** A process by its id, or the living one of that name. */
function processId(machine: SimulatedWindows, which: PlainValue | undefined): number {
  if (typeof which !== 'number' && typeof which !== 'string') throw new ArgumentError('process', 'must be an id or a name');
  const found = machine.processList.find(({ id, name, alive }) => alive && (id === which || name === which));
  if (found === undefined) throw new ArgumentError('process', `${which} is not a living process of the machine`);
  return found.id;
}

/** Registers the control's operations. Services add their own with `machine.addControl`. */
export function installControl(machine: SimulatedWindows): void {
  machine.addControl('Machine::Status', () => ({
    simulated: true,
    seed: machine.seed,
    now: machine.host.clock.now(),
    simulatedClock: machine.host.clock instanceof SimulatedClock,
    handles: machine.handleCount(),
    areas: machine.memory.count,
  }));
  machine.addControl('Machine::AddFault', ([fault]) => {
    checkFault('fault', fault);
    machine.faults.add(fault);
    return null;
  });
  machine.addControl('Machine::ClearFaults', () => {
    machine.faults.clear();
    return null;
  });
  machine.addControl('Machine::ListFaults', () => machine.faults.list.map((fault) => plainRecord(fault)));
  machine.addControl('Machine::ListCalls', ([filter]) => machine.calls.filter(matches(filter as PlainRecord)).map((call) => plainRecord(call)));
  machine.addControl('Machine::Counts', () => Object.fromEntries(machine.faults.counts));
  machine.addControl('Machine::ListProcesses', () =>
    machine.processList.map(({ id, name, alive }) => ({ id, name, alive, handles: machine.handleCount(id) })));
  machine.addControl('Machine::Kill', ([which]) => {
    machine.kill(processId(machine, which));
    return null;
  });
  machine.addControl('Machine::PowerCut', () => {
    machine.powerCut();
    return null;
  });
  machine.addControl('Machine::Reboot', () => {
    machine.reboot();
    return null;
  });
  machine.addControl('Machine::Advance', async ([ms]) => {
    checkInteger('ms', ms, 0, Number.MAX_SAFE_INTEGER);
    const { clock } = machine.host;
    if (!(clock instanceof SimulatedClock)) throw new StateError('ERR_REAL_CLOCK', 'this machine runs on real time, which cannot be advanced');
    await clock.advance(ms);
    return clock.now();
  });
  machine.addControl('Machine::ListEvents', ([source]) => {
    if (source !== null) checkString('source', source);
    return machine.eventLog.entries.filter((entry) => source === null || entry.source === source).map((entry) => plainRecord(entry));
  });
}
