/** Creating and configuring a set: what CreateEx refuses, what GetConfiguration tells, and how its wait ends. */
import { VDFeatures } from '../../lib/binding/codes';
import { config, outcome, useRig } from './rig';

describe('creating a set', () => {
  const rig = useRig();

  it.each([
    ['an empty name', '', 'VD_E_INVALID'],
    ['a name with a backslash', 'Global\\set', 'VD_E_INVALID'],
  ])('CreateEx refuses %s', async (_what, name, code) => {
    const set = await rig().newSet();
    expect(await outcome(set.createEx(null, name, config()))).toBe(code);
    // The object is as before.
    expect(await outcome(set.createEx(null, rig().newName(), config()))).toBe('ok');
  });

  it.each([0, 65, 0xffffffff])('CreateEx refuses %d devices with VD_E_NOTSUPPORTED', async (deviceCount) => {
    expect(await outcome((await rig().newSet()).createEx(null, rig().newName(), config({ deviceCount })))).toBe('VD_E_NOTSUPPORTED');
  });

  it.each([1, 64])('CreateEx takes %d devices', async (deviceCount) => {
    expect(await outcome((await rig().newSet()).createEx(null, rig().newName(), config({ deviceCount })))).toBe('ok');
  });

  it.each([
    ['pipe-like', VDFeatures.LikePipe],
    ['removable pipe-like', VDFeatures.Removable],
    ['tape-like', VDFeatures.LikeTape],
    ['disk-like', VDFeatures.LikeDisk],
    ['removable disk-like', VDFeatures.LikeDisk | VDFeatures.Removable],
    ['pipe-like with Discard', VDFeatures.Discard],
    ['pipe-like with SnapshotPrepare', VDFeatures.SnapshotPrepare],
    ['pipe-like with RequestComplete', VDFeatures.RequestComplete],
  ])('CreateEx takes %s devices', async (_kind, features) => {
    expect(await outcome((await rig().newSet()).createEx(null, rig().newName(), config({ features })))).toBe('ok');
  });

  it.each([
    ['Rewind alone', VDFeatures.Rewind],
    ['FileMarks with RandomAccess', VDFeatures.FileMarks | VDFeatures.RandomAccess],
    ['half a tape', VDFeatures.LikeTape & ~VDFeatures.SkipBlocks],
    ['tape and disk', VDFeatures.LikeTape | VDFeatures.LikeDisk],
    ['a bit of the server\'s', VDFeatures.WriteMedia],
    ['a bit without a name', 0x4],
  ])('CreateEx refuses %s with VD_E_NOTSUPPORTED', async (_what, features) => {
    expect(await outcome((await rig().newSet()).createEx(null, rig().newName(), config({ features })))).toBe('VD_E_NOTSUPPORTED');
  });

  it('CreateEx refuses an alignment that is no power of two with VD_E_NOTSUPPORTED', async () => {
    expect(await outcome((await rig().newSet()).createEx(null, rig().newName(), config({ alignment: 1000 })))).toBe('VD_E_NOTSUPPORTED');
  });

  it('CreateEx refuses a name that another set of the instance has, and takes it once that is closed', async () => {
    const { name, set } = await rig().created();
    const other = await rig().newSet();
    expect(await outcome(other.createEx(null, name, config()))).toBe('ERROR_ALREADY_EXISTS');
    await set.close();
    expect(await outcome(other.createEx(null, name, config()))).toBe('ok');
  });

  it('names of sets are told apart by case', async () => {
    const { name } = await rig().created();
    expect(await outcome((await rig().newSet()).createEx(null, name.toUpperCase(), config()))).toBe('ok');
  });

  it('CreateEx for an instance that does not exist gives VD_E_INSTANCE_NAME', async () => {
    expect(await outcome((await rig().newSet()).createEx('NOSUCH', rig().newName(), config()))).toBe('VD_E_INSTANCE_NAME');
  });

  it('a set belongs to its instance', async () => {
    await rig().control.call('VirtualDevices::AddInstance', 'SECOND');
    const set = await rig().newSet();
    const name = rig().newName();
    await set.createEx('SECOND', name, config());
    const server = await rig().newServer();
    expect(await outcome(server.open(name))).toBe('VD_E_INVALID');
    expect(await outcome(server.open(name, 'second'))).toBe('ok');
  });

  it('Create asks for the instance that _VIRTUAL_SERVER_NAME_ names', async () => {
    const set = await rig().newSet();
    await rig().control.call('VirtualDevices::SetVirtualServerName', 'NOSUCH');
    try {
      expect(await outcome(set.create(rig().newName(), config()))).toBe('VD_E_INSTANCE_NAME');
      expect(await outcome(set.openInSecondary('any'))).toBe('VD_E_INSTANCE_NAME');
    } finally {
      await rig().control.call('VirtualDevices::SetVirtualServerName', null);
    }
    expect(await outcome(set.create(rig().newName(), config()))).toBe('ok');
  });

  it('CreateEx in a process that is not elevated gives E_ACCESSDENIED', async () => {
    const set = await rig().newSet();
    await rig().control.call('VirtualDevices::SetElevated', false);
    try {
      expect(await outcome(set.createEx(null, rig().newName(), config()))).toBe('E_ACCESSDENIED');
    } finally {
      await rig().control.call('VirtualDevices::SetElevated', true);
    }
  });
});

describe('GetConfiguration', () => {
  const rig = useRig();

  it('returns what the client asked for and what the server decided', async () => {
    const asked = {
      deviceCount: 2, features: VDFeatures.RequestComplete, prefixZoneSize: 48, softFileMarkBlockSize: 512, EOMWarningSize: 4096, serverTimeOut: 60_000,
    };
    const { name, set, server } = await rig().created({ config: asked });
    await server.attach(name, {
      features: VDFeatures.WriteMedia | VDFeatures.CompleteEnabled, blockSize: 1024, alignment: 4096, maxTransferSize: 131_072,
    });
    expect(await set.getConfiguration(0)).toEqual({
      ...asked,
      features: VDFeatures.RequestComplete | VDFeatures.WriteMedia | VDFeatures.CompleteEnabled,
      alignment: 4096, blockSize: 1024, maxTransferSize: 131_072,
      // Deprecated: always 4, and 4 times the transfer size for each device.
      maxIODepth: 4, bufferAreaSize: 4 * 131_072 * 2,
    });
  });

  it('keeps an alignment that the client asked for when the server would do with less', async () => {
    const { set } = await rig().initializing({ config: { alignment: 8192 }, blockSize: 512 });
    expect((await set.getConfiguration(0)).alignment).toBe(8192);
  });

  it('waits until the server has configured the set', async () => {
    const { name, set, server } = await rig().created();
    let answered = false;
    const waiting = set.getConfiguration(60_000);
    void waiting.then(() => (answered = true));
    await server.open(name);
    await server.beginConfiguration({ features: VDFeatures.ReadMedia });
    await rig().control.status();
    expect(answered).toBe(false);
    await server.endConfiguration();
    expect((await waiting).features).toBe(VDFeatures.ReadMedia);
  });

  it('waits without end for INFINITE', async () => {
    const { name, set, server } = await rig().created();
    const waiting = set.getConfiguration(0xffffffff);
    await rig().control.advance(100_000_000);
    await server.attach(name);
    expect((await waiting).deviceCount).toBe(1);
  });

  it('gives VD_E_TIMEOUT when no server comes in time, not earlier, and the set stays as it was', async () => {
    const { name, set, server } = await rig().created();
    let answered = false;
    const waiting = outcome(set.getConfiguration(300)).finally(() => (answered = true));
    await rig().control.advance(299);
    expect(answered).toBe(false);
    expect(await rig().advanceUntilAnswered(waiting)).toBe('VD_E_TIMEOUT');
    await server.attach(name);
    expect(await outcome(set.getConfiguration(0))).toBe('ok');
  });

  it('polls with 0', async () => {
    const { set } = await rig().created();
    expect(await outcome(set.getConfiguration(0))).toBe('VD_E_TIMEOUT');
  });

  it('tells the direction again while the set is active', async () => {
    const { set } = await rig().active({ features: VDFeatures.ReadMedia });
    expect((await set.getConfiguration(0)).features).toBe(VDFeatures.ReadMedia);
  });
});

describe('OpenDevice', () => {
  const rig = useRig();

  it('opens the first device by the name of the set and the others by theirs, in any order', async () => {
    const { set, names } = await rig().initializing({ config: { deviceCount: 3 } });
    for (const name of [...names].reverse()) expect(await outcome(set.openDevice(name))).toBe('ok');
  });

  it('gives VD_E_PROTOCOL for a device that is open already', async () => {
    const { set, name } = await rig().initializing({ config: { deviceCount: 2 } });
    await set.openDevice(name);
    expect(await outcome(set.openDevice(name))).toBe('VD_E_PROTOCOL');
  });

  it('gives VD_E_INVALID for a name that is not among those of the set', async () => {
    const { set, server, names } = await rig().initializing({ config: { deviceCount: 2 } });
    await server.activate(names);
    expect(await outcome(set.openDevice('nobody'))).toBe('VD_E_INVALID');
    for (const name of names) expect(await outcome(set.openDevice(name))).toBe('ok');
  });

  it('gives VD_E_INVALID for another name than the set\'s when there is one device', async () => {
    const { set } = await rig().initializing();
    expect(await outcome(set.openDevice('nobody'))).toBe('VD_E_INVALID');
  });

  it('gives VD_E_OPEN once all are open', async () => {
    const { set } = await rig().active({ config: { deviceCount: 2 } });
    expect(await outcome(set.openDevice('one more'))).toBe('VD_E_OPEN');
  });
});
