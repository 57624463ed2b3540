/**
 * The language of the interface tables: one table per Windows API family is the single description of its interfaces.
 * The contract's types, the proxies, the addon's and the doubles' marshalling and the simulator's dispatch all come from it.
 */

/** How a value looks on the C side; `PlainValue` in `channel.ts` says what each becomes in JavaScript. */
export type ValueType =
  | { readonly kind: 'u32'; readonly enum?: string }
  | { readonly kind: 'i32'; readonly enum?: string }
  /** C++ `bool`, one byte. */
  | { readonly kind: 'bool' }
  /** Win32 BOOL, four bytes. */
  | { readonly kind: 'BOOL' }
  /** A GUID: by value as an input, behind a pointer as an output; a lower-case string in JavaScript. */
  | { readonly kind: 'guid' }
  /** An array of GUIDs and its count: two C parameters, one here. */
  | { readonly kind: 'guids' }
  | { readonly kind: 'hresult' }
  /** FILETIME, 100 ns since 1601, as 64 bits. */
  | { readonly kind: 'filetime' }
  /** BSTR; as an output it is the receiver's, freed with SysFreeString. */
  | { readonly kind: 'bstr'; readonly nullable?: boolean }
  /** A UTF-16 string that the receiver frees with CoTaskMemFree; an output only. */
  | { readonly kind: 'pwsz' }
  /** `Next` of an enumerator: (ULONG count, element *array, ULONG *fetched), as a list. */
  | { readonly kind: 'fetched'; readonly struct: string }
  /** A kernel handle, closed with CloseHandle; in JavaScript a handle of the channel like an object's. */
  | { readonly kind: 'handle'; readonly of: string }
  /** A C parameter for which NULL or 0 is always passed; it does not show in JavaScript. */
  | { readonly kind: 'reserved'; readonly c: string }
  /** PLARGE_INTEGER, or NULL for null. */
  | { readonly kind: 'clock' }
  /** (ULONG size, PVOID bytes) as an input; (ULONG size, PVOID buffer, PULONG used) as an output, grown until it fits. */
  | {
      readonly kind: 'bytes';
      /** Where C wants them otherwise; with `pointer, used` the count goes in as the size. */
      readonly passed?: 'pointer, size' | 'pointer, size, used' | 'pointer, used';
    }
  /** HKEY of a predefined key, by its number (0x80000002 is HKEY_LOCAL_MACHINE). */
  | { readonly kind: 'rootKey' }
  /** PVOID that comes back unchanged: a number of the caller's own. */
  | { readonly kind: 'key' }
  /** TRANSACTION_NOTIFICATION with its argument, in a buffer that is grown when told (error 122). */
  | { readonly kind: 'notification' }
  | { readonly kind: 'u64' }
  /** LPCWSTR, UTF-16, zero-terminated. */
  | { readonly kind: 'wstr'; readonly nullable?: boolean }
  /** A struct by pointer, copied at the call. */
  | { readonly kind: 'struct'; readonly struct: string }
  /** A struct that stays the callee's: its fields travel together with its address (`pointer`), which identifies it. */
  | { readonly kind: 'lent'; readonly struct: string }
  /** An address, not followed. */
  | { readonly kind: 'pointer' }
  /** A COM interface pointer; in JavaScript a handle number, owned by the receiver. */
  | { readonly kind: 'interface'; readonly interface: string };

export interface Parameter {
  readonly name: string;
  readonly type: ValueType;
  readonly direction: 'in' | 'out';
  /** What the contract's TypeScript shows instead of a bare address: `buffer` is a view on the memory there. */
  readonly shownAs?: 'buffer';
  /** An output that means something also when the call fails. */
  readonly validOnFailure?: boolean;
  /** What callers must know: unit, owner, range. */
  readonly note?: string;
}

/**
 * The native thread that makes the call (design rule 6). `configuration` is a set's second thread, because GetConfiguration blocks;
 * `device` is the device's own thread, whose waits are alertable; `apartment` is the MTA thread that owns a components object from creation
 * to release, `wait` the second one, on which waits for its asynchronous operations run in slices;
 * `immediate` functions never wait, `blocking` ones may wait for others and get a thread to themselves.
 */
export type CallThread = 'control' | 'configuration' | 'device' | 'apartment' | 'wait' | 'immediate' | 'blocking';

export interface Method {
  readonly name: string;
  readonly slot: number;
  readonly thread: CallThread;
  readonly parameters: readonly Parameter[];
  readonly note?: string;
  readonly source: string;
}

export interface InterfaceTable {
  readonly name: string;
  readonly iid: string;
  readonly base: string | null;
  readonly methods: readonly Method[];
}

export interface StructField {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'u64' | 'pointer' | 'guid' | 'bool' | 'bstr' | 'pwsz';
  readonly offset: number;
  readonly shownAs?: 'buffer';
  readonly note?: string;
}

export interface StructTable {
  readonly name: string;
  /** Bytes, on x64 and arm64. */
  readonly size: number;
  readonly fields: readonly StructField[];
  /** A union behind the first field: what it holds for each value of that. */
  readonly alternatives?: readonly StructAlternative[];
  readonly source: string;
}

export interface StructAlternative {
  readonly type: number;
  readonly member: string;
  readonly struct: string;
  readonly offset: number;
}

export interface ComClass {
  readonly name: string;
  readonly clsid: string;
  /** The interface asked for at activation. */
  readonly interface: string;
  /** The DLL that serves it: named in errors only, because COM finds it by its registration. */
  readonly dll: string;
  /** Where its server may run: only in this process, or also in a process or service of its own. */
  readonly context: 'in-process' | 'in-process or local';
}

/** A flat function of a DLL. */
export interface FunctionEntry {
  readonly name: string;
  /** What the DLL exports, where that is not the name itself. */
  readonly symbol?: string;
  /**
   * `handle`: INVALID_HANDLE_VALUE is failure; `BOOL`: 0 is; then GetLastError tells. `LSTATUS` is the error itself; a key comes through a
   * parameter of its own (PHKEY) and is closed with RegCloseKey.
   */
  readonly returns: { readonly kind: 'handle'; readonly of: string } | { readonly kind: 'BOOL' } | { readonly kind: 'LSTATUS'; readonly of?: string };
  readonly thread: CallThread;
  readonly parameters: readonly Parameter[];
  /** The access rights that the handles need, by name. */
  readonly rights?: string;
  readonly note?: string;
  readonly source: string;
}

export interface FunctionTable {
  /** How operations begin: `KtmW32::CreateTransaction`. */
  readonly name: string;
  readonly dll: string;
  /** False when no simulated machine has them. */
  readonly simulated?: false;
  readonly functions: readonly FunctionEntry[];
}

export interface ApiTable {
  readonly family: string;
  readonly functions?: FunctionTable;
  readonly classes: readonly ComClass[];
  readonly interfaces: readonly InterfaceTable[];
  readonly structs: readonly StructTable[];
}

/** `IClientVirtualDevice::GetCommand`: how an operation is named in calls, errors and recordings. */
export function operationName(table: InterfaceTable, method: Method): string {
  return `${table.name}::${method.name}`;
}

/** `GetCommand` -> `getCommand`. */
export function memberName(method: Method): string {
  return method.name.charAt(0).toLowerCase() + method.name.slice(1);
}

/** The object type of the handle that a flat function gives out; undefined when it gives out none. */
export function givenHandle({ returns }: FunctionEntry): string | undefined {
  return returns.kind === 'BOOL' ? undefined : returns.of;
}
