/** The client state table, transcribed a second time from facts/vdi.md 2.1 (VDI specification, client states), for tests to expect. */
export const clientStates = ['DNE', 'Configurable', 'Initializing', 'Active', 'NormallyTerminated', 'Abort'] as const;
export type ClientState = (typeof clientStates)[number];

const P = 'VD_E_PROTOCOL';
const A = 'VD_E_ABORT';

/** Result, and the state after the call where it changes. */
export type ClientCell = readonly [result: string, next?: ClientState];
export const clientTable: Readonly<Record<string, readonly ClientCell[]>> = {
  //                DNE                       Configurable             Initializing        Active                          Terminated      Abort
  Create:           [['ok', 'Configurable'], [P],                     [P],                [P],                            [P],            [P]],
  CreateEx:         [['ok', 'Configurable'], [P],                     [P],                [P],                            [P],            [P]],
  GetConfiguration: [[P],                    ['ok', 'Initializing'],  ['ok'],             ['ok'],                         ['ok'],         [A]],
  OpenDevice:       [[P],                    [P],                     ['ok', 'Active'],   [P],                            [P],            [A]],
  GetCommand:       [[P],                    [P],                     [P],                ['ok'],                         [P],            [A]],
  CompleteCommand:  [[P],                    [P],                     [P],                ['ok'],                         [P],            [A]],
  SignalAbort:      [[P],                    ['ok', 'Abort'],         ['ok', 'Abort'],    ['ok', 'Abort'],                ['ok', 'Abort'], ['ok', 'Abort']],
  // Active: the note to the table; ok when every device has given VD_E_CLOSE, but then the set is NormallyTerminated.
  Close:            [[P],                    ['ok', 'DNE'],           ['ok', 'DNE'],      ['VD_E_OPEN', 'DNE'],           ['ok', 'DNE'],  ['ok', 'DNE']],
};
