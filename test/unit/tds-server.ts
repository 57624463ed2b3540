/** A loopback server that speaks just enough TDS 7.4 to replay recorded answers to the real tedious driver (MS-TDS 2.2). */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** One step of a recorded answer. */
export type TdsStep =
  | { readonly info: TdsMessage }
  | { readonly error: TdsMessage }
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
  /** Says nothing more until the client sends an attention, as a BACKUP that is still running. */
  | { readonly run: 'until-attention' }
  /** The connection breaks. */
  | { readonly run: 'until-it-breaks' };

export interface TdsMessage {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  readonly message: string;
  readonly procedure?: string;
  readonly lineNumber?: number;
}

export interface TdsServer {
  readonly port: number;
  /** The text of every batch that came, the driver's own first one excluded. */
  readonly batches: string[];
  readonly attentions: () => number;
  /** Resolves once no client is connected. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const TYPE = { batch: 0x01, response: 0x04, attention: 0x06, login: 0x10, prelogin: 0x12 } as const;
const TOKEN = { info: 0xab, error: 0xaa, loginAck: 0xad, done: 0xfd, columns: 0x81, row: 0xd1 } as const;
const DONE = { final: 0x00, error: 0x02, attention: 0x20 } as const;
const NVARCHAR = 0xe7;

const u8 = (value: number): Buffer => Buffer.from([value]);
const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
};
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const shortText = (text: string): Buffer => Buffer.concat([u8(text.length), utf16(text)]);
const longText = (text: string): Buffer => Buffer.concat([u16(text.length), utf16(text)]);

const done = (status: number): Buffer => Buffer.concat([u8(TOKEN.done), u16(status), u16(0), u32(0), u32(0)]);

function messageToken(token: number, { number, severity, state, message, procedure = '', lineNumber = 1 }: TdsMessage): Buffer {
  const body = Buffer.concat([u32(number), u8(state), u8(severity), longText(message), shortText('TESTSERVER'), shortText(procedure), u32(lineNumber)]);
  return Buffer.concat([u8(token), u16(body.byteLength), body]);
}

function resultSet(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): Buffer {
  const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);
  return Buffer.concat([
    u8(TOKEN.columns), u16(columns.length),
    ...columns.flatMap((name) => [u32(0), u16(0x0009), u8(NVARCHAR), u16(8000), collation, shortText(name)]),
    ...rows.flatMap((row) => [
      u8(TOKEN.row),
      ...row.flatMap((value) => (value === null ? [u16(0xffff)] : [u16(value.length * 2), utf16(value)])),
    ]),
  ]);
}

function preloginAnswer(): Buffer {
  const option = (token: number, offset: number, length: number): Buffer => Buffer.from([token, offset >> 8, offset & 0xff, length >> 8, length & 0xff]);
  const version = Buffer.from([16, 0, 0x10, 0x68, 0, 0]);
  return Buffer.concat([option(0, 11, 6), option(1, 17, 1), u8(0xff), version, /* encryption not supported */ u8(2)]);
}

function loginAnswer(refusal: TdsMessage | undefined): Buffer {
  if (refusal !== undefined) return Buffer.concat([messageToken(TOKEN.error, refusal), done(DONE.error)]);
  const body = Buffer.concat([u8(1), Buffer.from([0x74, 0, 0, 4]), shortText('Microsoft SQL Server'), Buffer.from([16, 0, 0x10, 0x68])]);
  return Buffer.concat([u8(TOKEN.loginAck), u16(body.byteLength), body, done(DONE.final)]);
}

/** Answers batches, in their order, with the recorded answers. A `refusal` makes every login fail. */
export async function startTdsServer(answers: readonly (readonly TdsStep[])[], refusal?: TdsMessage): Promise<TdsServer> {
  const batches: string[] = [];
  const sockets = new Set<Socket>();
  let attentions = 0;

  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    const send = (payload: Buffer, last = true): void => {
      const header = Buffer.from([TYPE.response, last ? 1 : 0, (payload.byteLength + 8) >> 8, (payload.byteLength + 8) & 0xff, 0, 0, 1, 0]);
      socket.write(Buffer.concat([header, payload]));
    };
    let running = false;
    let initial = true;
    const answerBatch = (text: string): void => {
      if (initial) {
        initial = false;
        send(done(DONE.final));
        return;
      }
      const answer = answers[batches.length] ?? [];
      batches.push(text);
      let status: number = DONE.final;
      for (const step of answer) {
        if ('info' in step) send(messageToken(TOKEN.info, step.info), false);
        else if ('error' in step) {
          status = DONE.error;
          send(messageToken(TOKEN.error, step.error), false);
        } else if ('columns' in step) send(resultSet(step.columns, step.rows), false);
        else if (step.run === 'until-attention') {
          running = true;
          return;
        } else {
          socket.end();
          return;
        }
      }
      send(done(status));
    };
    let received = Buffer.alloc(0);
    let message: Buffer[] = [];
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.byteLength >= 8 && received.byteLength >= received.readUInt16BE(2)) {
        const length = received.readUInt16BE(2);
        const type = received[0];
        const last = ((received[1] ?? 0) & 1) === 1;
        message.push(received.subarray(8, length));
        received = received.subarray(length);
        if (!last) continue;
        const payload = Buffer.concat(message);
        message = [];
        if (type === TYPE.prelogin) send(preloginAnswer());
        else if (type === TYPE.login) send(loginAnswer(refusal));
        else if (type === TYPE.attention) {
          attentions += 1;
          // The running batch ends, then the attention is acknowledged, each in a message of its own.
          if (running) send(done(DONE.error));
          running = false;
          send(done(DONE.attention));
        } else if (type === TYPE.batch) answerBatch(payload.subarray(payload.readUInt32LE(0)).toString('utf16le'));
      }
    });
  };

  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    batches,
    attentions: () => attentions,
    async idle() {
      for (const socket of sockets) if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
