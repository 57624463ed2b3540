// A secondary process of vdi-secondary-process.test.ts: serves one device of a machine behind a pipe, and tells how it went.
import { PipeChannel } from '../../lib/simulator';
import { realHost } from '../../lib/binding/real-host';
import { serveSecondaryDevice } from '../../lib/vdi';

const [, , pipe = '', setName = '', deviceName = '', to = ''] = process.argv;

async function main(): Promise<void> {
  const backend = { kind: 'simulated' as const, host: realHost, openChannel: () => PipeChannel.connect(pipe) };
  process.send?.({ serving: true });
  const { bytes, publish, discard } = await serveSecondaryDevice({ setName, deviceName, to, backend });
  process.send?.({ bytes });
  process.once('message', (verdict: unknown) => {
    void (verdict === 'publish' ? publish() : discard()).then(() => process.disconnect());
  });
}

main().catch((error: unknown) => {
  process.send?.({ error: String(error) }, () => process.exit(1));
});
