/** The server state table, transcribed a second time from facts/vdi.md 2.1 (VDI specification, server states), for tests to expect. */
export const serverStates = ['DNE', 'Connected', 'Configurable', 'Initializing', 'Active', 'NormallyTerminated', 'Abort'] as const;
export type ServerState = (typeof serverStates)[number];
const P = 'VD_E_PROTOCOL';
const A = 'VD_E_ABORT';

export type ServerCell = readonly [result: string, next?: ServerState];
export const serverTable: Readonly<Record<string, readonly ServerCell[]>> = {
  //                      DNE                  Connected                Configurable             Initializing        Active                        Terminated          Abort
  Open:                   [['ok', 'Connected'], [P],                    [P],                     [P],                [P],                          [P],                [P]],
  GetConfiguration:       [[P],                ['ok'],                  ['ok'],                  ['ok'],             ['ok'],                       ['ok'],             [A]],
  BeginConfiguration:     [[P],                ['ok', 'Configurable'],  [P],                     [P],                [P],                          [P],                [P]],
  RequestBuffers:         [[P],                [P],                     ['ok'],                  ['ok'],             ['ok'],                       [P],                [P]],
  QueryAvailableBuffers:  [[P],                [P],                     ['ok'],                  ['ok'],             ['ok'],                       [P],                [P]],
  EndConfiguration:       [[P],                [P],                     ['ok', 'Initializing'],  [P],                [P],                          [P],                [P]],
  OpenDevice:             [[P],                [P],                     [P],                     ['ok', 'Active'],   [P],                          [P],                [A]],
  ExecuteCompletionAgent: [[P],                [P],                     [P],                     ['ok', 'Active'],   [P],                          [P],                [A]],
  AllocateBuffer:         [[P],                [P],                     [P],                     ['ok'],             ['ok'],                       ['ok'],             [A]],
  // The three misprinted cells of Connected are pinned as VD_E_PROTOCOL (facts/vdi.md 2.1).
  FreeBuffer:             [[P],                [P],                     [P],                     [P],                ['ok'],                       ['ok'],             [A]],
  SendCommand:            [[P],                [P],                     [P],                     [P],                ['ok'],                       [P],                [A]],
  CloseDevice:            [[P],                [P],                     [P],                     [P],                ['ok', 'NormallyTerminated'], ['ok'],             [A]],
  SignalAbort:            [[P],                ['ok', 'Abort'],         ['ok', 'Abort'],         ['ok', 'Abort'],    ['ok', 'Abort'],              ['ok', 'Abort'],    ['ok', 'Abort']],
  // Active: the page of Close adds that devices still open give VD_E_PROTOCOL, and that the set is closed all the same.
  Close:                  [[P],                ['ok', 'DNE'],           ['ok', 'DNE'],           ['ok', 'DNE'],      [P, 'DNE'],                   ['ok', 'DNE'],      ['ok', 'DNE']],
};
