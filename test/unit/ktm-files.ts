/** Small text files on a Host's disk. */
import type { Files } from '../../lib/binding/host';

export async function writeText(files: Files, path: string, text: string): Promise<void> {
  const file = await files.open(path, 'create');
  await file.write(Buffer.from(text), 0);
  await file.sync();
  await file.close();
}

export async function readText(files: Files, path: string): Promise<string> {
  const file = await files.open(path, 'read');
  try {
    const bytes = Buffer.alloc(await file.size());
    for (let done = 0; done < bytes.length;) done += await file.read(bytes.subarray(done), done);
    return bytes.toString();
  } finally {
    await file.close();
  }
}
