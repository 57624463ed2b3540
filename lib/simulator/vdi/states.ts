/**
 * The two state tables of the Virtual Device Interface (facts/vdi.md 2.1; VDI spec, client states and server states), as data that the
 * code reads. A cell is the call's result in that state; `ok -> State` moves there (for OpenDevice, GetCommand and CloseDevice: with the
 * last device).
 */
import { HRESULT } from '../../binding/codes';
import { Failure } from '../kernel-object';

/** DNE: the set does not exist. */
const clientStates = ['DNE', 'Configurable', 'Initializing', 'Active', 'NormallyTerminated', 'Abort'] as const;
const serverStates = ['DNE', 'Connected', 'Configurable', 'Initializing', 'Active', 'NormallyTerminated', 'Abort'] as const;
export type ClientState = (typeof clientStates)[number];
export type ServerState = (typeof serverStates)[number];

type Cell<State extends string> = 'ok' | `ok -> ${State}` | 'PROTOCOL' | 'ABORT';
type ClientRow = readonly [Cell<ClientState>, Cell<ClientState>, Cell<ClientState>, Cell<ClientState>, Cell<ClientState>, Cell<ClientState>];
type ServerRow = readonly [
  Cell<ServerState>, Cell<ServerState>, Cell<ServerState>, Cell<ServerState>, Cell<ServerState>, Cell<ServerState>, Cell<ServerState>,
];

const created: ClientRow = ['ok -> Configurable', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL'];
// No cells in the specification's table: the pages of these methods say when they fail (facts/vdi.md 2.9).
const joined: ClientRow = ['ok -> Initializing', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL'];
const whileOpen: ClientRow = ['PROTOCOL', 'ok', 'ok', 'ok', 'ok', 'ok'];

const clientRows = {
  //                 DNE         Configurable          Initializing    Active                      NormallyTerminated  Abort
  Create: created,
  CreateEx: created,
  GetConfiguration: ['PROTOCOL', 'ok -> Initializing', 'ok', 'ok', 'ok', 'ABORT'],
  OpenDevice: ['PROTOCOL', 'PROTOCOL', 'ok -> Active', 'PROTOCOL', 'PROTOCOL', 'ABORT'],
  GetCommand: ['PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'ok -> NormallyTerminated', 'PROTOCOL', 'ABORT'],
  CompleteCommand: ['PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'ok', 'PROTOCOL', 'ABORT'],
  SignalAbort: ['PROTOCOL', 'ok -> Abort', 'ok -> Abort', 'ok -> Abort', 'ok -> Abort', 'ok'],
  Close: ['PROTOCOL', 'ok -> DNE', 'ok -> DNE', 'ok -> DNE', 'ok -> DNE', 'ok -> DNE'],
  OpenInSecondary: joined,
  OpenInSecondaryEx: joined,
  GetBufferHandle: whileOpen,
  MapBufferHandle: whileOpen,
} as const satisfies Record<string, ClientRow>;
export type ClientCall = keyof typeof clientRows;

const declareBuffers: ServerRow = ['PROTOCOL', 'PROTOCOL', 'ok', 'ok', 'ok', 'PROTOCOL', 'PROTOCOL'];
const activate: ServerRow = ['PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'ok -> Active', 'PROTOCOL', 'PROTOCOL', 'ABORT'];

const serverRows = {
  //                  DNE         Connected             Configurable          Initializing   Active         NormallyTerm.  Abort
  Open: ['ok -> Connected', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL'],
  GetConfiguration: ['PROTOCOL', 'ok', 'ok', 'ok', 'ok', 'ok', 'ABORT'],
  BeginConfiguration: ['PROTOCOL', 'ok -> Configurable', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL'],
  RequestBuffers: declareBuffers,
  QueryAvailableBuffers: declareBuffers,
  EndConfiguration: ['PROTOCOL', 'PROTOCOL', 'ok -> Initializing', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL'],
  OpenDevice: activate,
  ExecuteCompletionAgent: activate,
  AllocateBuffer: ['PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'ok', 'ok', 'ok', 'ABORT'],
  // The Connected cells of the next three are printed as ok, ok and ok -> Terminated. No device can be open and no buffer given out before
  // the configuration, so they are taken for misprints and pinned as PROTOCOL (facts/vdi.md 2.1).
  FreeBuffer: ['PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'ok', 'ok', 'ABORT'],
  SendCommand: ['PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'ok', 'PROTOCOL', 'ABORT'],
  CloseDevice: ['PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'PROTOCOL', 'ok -> NormallyTerminated', 'ok', 'ABORT'],
  SignalAbort: ['PROTOCOL', 'ok -> Abort', 'ok -> Abort', 'ok -> Abort', 'ok -> Abort', 'ok -> Abort', 'ok'],
  Close: ['PROTOCOL', 'ok -> DNE', 'ok -> DNE', 'ok -> DNE', 'ok -> DNE', 'ok -> DNE', 'ok -> DNE'],
} as const satisfies Record<string, ServerRow>;
export type ServerCall = keyof typeof serverRows;

interface Entry<State> {
  readonly hresult: number;
  readonly next: State;
}

/** Read once into numbers, because SendCommand, GetCommand and CompleteCommand ask for every command. */
class StateTable<Call extends string, State extends string> {
  private readonly entries = new Map<Call, ReadonlyMap<State, Entry<State>>>();

  constructor(states: readonly State[], rows: Readonly<Record<Call, readonly Cell<State>[]>>) {
    for (const [call, cells] of Object.entries(rows) as [Call, readonly Cell<State>[]][]) {
      this.entries.set(call, new Map(states.map((state, column) => [state, read(cells[column] ?? 'PROTOCOL', state)])));
    }
  }

  /** The state that the call leads to, or Failure with the table's code. */
  admit(call: Call, state: State): State {
    const entry = this.entries.get(call)?.get(state);
    if (entry === undefined || entry.hresult !== HRESULT.S_OK) throw new Failure(entry?.hresult ?? HRESULT.VD_E_PROTOCOL);
    return entry.next;
  }
}

function read<State extends string>(cell: Cell<State>, state: State): Entry<State> {
  if (cell === 'PROTOCOL') return { hresult: HRESULT.VD_E_PROTOCOL, next: state };
  if (cell === 'ABORT') return { hresult: HRESULT.VD_E_ABORT, next: state };
  return { hresult: HRESULT.S_OK, next: cell === 'ok' ? state : (cell.slice('ok -> '.length) as State) };
}

export const clientTable = new StateTable<ClientCall, ClientState>(clientStates, clientRows);
export const serverTable = new StateTable<ServerCall, ServerState>(serverStates, serverRows);
