/** SQL Server's Virtual Device Interface, client side (sqlvdi.dll). Source: facts/vdi.md section 1 (vdi.h, vdiguid.h of microsoft/sql-server-samples, MIT). */
import type { ApiTable, InterfaceTable, Method, Parameter, StructTable } from '../table';

const timeoutMs: Parameter = { name: 'timeoutMs', type: { kind: 'u32' }, direction: 'in', note: 'milliseconds; 0 polls, 0xFFFFFFFF waits without end' };
const name: Parameter = { name: 'name', type: { kind: 'wstr' }, direction: 'in' };
const instance: Parameter = { name: 'instance', type: { kind: 'wstr', nullable: true }, direction: 'in', note: 'null is the default instance' };
const config: Parameter = { name: 'config', type: { kind: 'struct', struct: 'VDConfig' }, direction: 'in' };

const set: readonly Method[] = [
  { name: 'Create', slot: 3, thread: 'control', parameters: [name, config], note: 'deprecated: the instance comes from _VIRTUAL_SERVER_NAME_', source: 'facts/vdi.md 1.2, 2.11' },
  {
    name: 'GetConfiguration', slot: 4, thread: 'configuration',
    parameters: [timeoutMs, { name: 'config', type: { kind: 'struct', struct: 'VDConfig' }, direction: 'out' }],
    note: 'waits until the server has attached and configured the set', source: 'facts/vdi.md 1.2, 2.2',
  },
  {
    name: 'OpenDevice', slot: 5, thread: 'control',
    parameters: [name, { name: 'device', type: { kind: 'interface', interface: 'IClientVirtualDevice' }, direction: 'out' }],
    source: 'facts/vdi.md 1.2, 2.1',
  },
  { name: 'Close', slot: 6, thread: 'control', parameters: [], source: 'facts/vdi.md 1.2, 2.1' },
  { name: 'SignalAbort', slot: 7, thread: 'control', parameters: [], source: 'facts/vdi.md 1.2, 2.5' },
  { name: 'OpenInSecondary', slot: 8, thread: 'control', parameters: [name], note: 'deprecated: see OpenInSecondaryEx', source: 'facts/vdi.md 1.2, 2.9' },
  {
    name: 'GetBufferHandle', slot: 9, thread: 'control',
    parameters: [
      { name: 'buffer', type: { kind: 'pointer' }, direction: 'in', shownAs: 'buffer', note: 'a buffer of a command of this set' },
      { name: 'handle', type: { kind: 'u32' }, direction: 'out' },
    ],
    source: 'facts/vdi.md 1.2, 2.9',
  },
  {
    name: 'MapBufferHandle', slot: 10, thread: 'control',
    parameters: [
      { name: 'handle', type: { kind: 'u32' }, direction: 'in' },
      { name: 'buffer', type: { kind: 'pointer' }, direction: 'out', shownAs: 'buffer', note: 'as long as the caller says: the interface does not tell the size' },
    ],
    source: 'facts/vdi.md 1.2, 2.9',
  },
];

const IClientVirtualDeviceSet2: InterfaceTable = {
  name: 'IClientVirtualDeviceSet2',
  iid: 'd0e6eb07-7a62-11d2-8573-00c04fc21759',
  base: 'IUnknown',
  methods: [
    ...set,
    { name: 'CreateEx', slot: 11, thread: 'control', parameters: [instance, name, config], source: 'facts/vdi.md 1.2, 2.1' },
    { name: 'OpenInSecondaryEx', slot: 12, thread: 'control', parameters: [instance, name], source: 'facts/vdi.md 1.2, 2.9' },
  ],
};

const IClientVirtualDevice: InterfaceTable = {
  name: 'IClientVirtualDevice',
  iid: '40700424-0080-11d2-851f-00c04fc21759',
  base: 'IUnknown',
  methods: [
    {
      name: 'GetCommand', slot: 3, thread: 'device',
      parameters: [timeoutMs, { name: 'command', type: { kind: 'lent', struct: 'VDC_Command' }, direction: 'out', note: 'SQL Server\'s until completed: read only' }],
      note: 'an alertable wait', source: 'facts/vdi.md 1.2, 2.3',
    },
    {
      name: 'CompleteCommand', slot: 4, thread: 'device',
      parameters: [
        { name: 'command', type: { kind: 'pointer' }, direction: 'in', note: 'the address that GetCommand gave' },
        { name: 'completionCode', type: { kind: 'u32' }, direction: 'in', note: 'a Win32 error code' },
        { name: 'bytesTransferred', type: { kind: 'u32' }, direction: 'in', note: 'bytes; Read and Write only' },
        { name: 'position', type: { kind: 'u64' }, direction: 'in', note: 'GetPosition and SetPosition only' },
      ],
      source: 'facts/vdi.md 1.2, 2.3',
    },
  ],
};

const VDConfig: StructTable = {
  name: 'VDConfig',
  size: 44,
  source: 'facts/vdi.md 1.3',
  fields: [
    { name: 'deviceCount', type: 'u32', offset: 0, note: '1 to 64' },
    { name: 'features', type: 'u32', offset: 4, note: 'VDFeatures' },
    { name: 'prefixZoneSize', type: 'u32', offset: 8, note: 'bytes in front of each buffer' },
    { name: 'alignment', type: 'u32', offset: 12, note: 'bytes' },
    { name: 'softFileMarkBlockSize', type: 'u32', offset: 16, note: 'bytes' },
    { name: 'EOMWarningSize', type: 'u32', offset: 20, note: 'bytes' },
    { name: 'serverTimeOut', type: 'u32', offset: 24, note: 'milliseconds, 0 is without end' },
    { name: 'blockSize', type: 'u32', offset: 28, note: 'bytes; from the server' },
    { name: 'maxIODepth', type: 'u32', offset: 32, note: 'from the server; deprecated' },
    { name: 'maxTransferSize', type: 'u32', offset: 36, note: 'bytes; from the server' },
    { name: 'bufferAreaSize', type: 'u32', offset: 40, note: 'bytes; from the server; nominal, deprecated' },
  ],
};

const VDC_Command: StructTable = {
  name: 'VDC_Command',
  size: 24,
  source: 'facts/vdi.md 1.3',
  fields: [
    { name: 'commandCode', type: 'u32', offset: 0, note: 'VDCommands' },
    { name: 'size', type: 'u32', offset: 4, note: 'bytes, a signed count, or a flag, by command' },
    { name: 'position', type: 'u64', offset: 8 },
    { name: 'buffer', type: 'pointer', offset: 16, shownAs: 'buffer', note: 'SQL Server\'s memory: valid until the command is completed' },
  ],
};

export const vdiTable: ApiTable = {
  family: 'vdi',
  classes: [
    {
      name: 'MSSQL_ClientVirtualDeviceSet',
      // CLSID equals IID_IClientVirtualDeviceSet: facts/vdi.md 1.1
      clsid: '40700425-0080-11d2-851f-00c04fc21759',
      interface: 'IClientVirtualDeviceSet2',
      dll: 'sqlvdi.dll',
      context: 'in-process',
    },
  ],
  interfaces: [IClientVirtualDeviceSet2, IClientVirtualDevice],
  structs: [VDConfig, VDC_Command],
};
