/** Randomness that a seed repeats (xoshiro128**, seeded by splitmix32; D. Blackman and S. Vigna, public domain). Not for secrets. */
import type { Random } from '../binding/host';

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

export class SeededRandom implements Random {
  private readonly state: [number, number, number, number];

  /** @param seed any integer; the lower 32 bits count. */
  constructor(seed: number) {
    let mixed = seed | 0;
    const next = (): number => {
      mixed = (mixed + 0x9e3779b9) | 0;
      let value = mixed ^ (mixed >>> 16);
      value = Math.imul(value, 0x21f0aaad);
      value ^= value >>> 15;
      value = Math.imul(value, 0x735a2d97);
      return value ^ (value >>> 15);
    };
    this.state = [next(), next(), next(), next()];
  }

  /** Unsigned 32 bits. */
  next(): number {
    const { state } = this;
    const result = Math.imul(rotateLeft(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotateLeft(state[3], 11);
    return result;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 4) {
      const word = this.next();
      for (let byte = 0; byte < 4 && at + byte < count; byte += 1) bytes[at + byte] = word >>> (8 * byte);
    }
    return bytes;
  }

  uuid(): string {
    const bytes = this.bytes(16);
    const hex = [...bytes].map((byte, index) => (index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}
