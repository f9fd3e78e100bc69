import type { Files } from '@quorate/platform/files';
import { memoryFiles, type MemoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { putInPlace, removeStaged, stageFiles } from './staged-files.ts';

const layout = layoutUnder('/');
const entries = [layout.hmacKey, layout.nodePem, layout.roster];
const texts = (word: string) => entries.map((entry, place) => ({ entry, text: `${word} ${place}` }));
const inPlace = (files: MemoryFiles) => entries.map(({ path }) => files.contents()[path]);

const before = Object.fromEntries(texts('old').map(({ entry, text }) => [entry.path, text]));
const staged = async (initial: Readonly<Record<string, string>>) => {
  const files = memoryFiles(initial);
  await files.ensureDirectory(layout.dataDirectory.path, 0o755);
  await stageFiles({ files, layout }, texts('new'));
  return files;
};

/** The files, whose renames and removals end after so many: refused once, or refused for ever as by a power cut. */
function breaking(files: MemoryFiles, after: number, forEver: boolean): Files {
  let count = 0;
  const refuse = (): void => {
    count += 1;
    if (count === after + 1 || (forEver && count > after)) throw new Error('refused');
  };
  const counted =
    <A extends readonly unknown[]>(work: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      refuse();
      await work(...args);
    };
  return {
    ...files,
    rename: counted(files.rename),
    remove: counted(files.remove),
    writeAtomic: counted(files.writeAtomic),
  };
}

describe('files that are put in place together', () => {
  it('are in nobody’s way until then, and secret where they wait', async () => {
    const files = await staged(before);
    expect(inPlace(files)).toEqual(['old 0', 'old 1', 'old 2']);
    expect((await files.stat(layout.stagingDirectory.path))?.mode).toBe(0o700);
    const waiting = `${layout.stagingDirectory.path}/new.node.pem`;
    expect((await files.stat(waiting))?.mode).toBe(layout.nodePem.mode);
  });

  it.each([
    ['nothing', {}],
    ['others', before],
  ])('take the places where %s was before, and nothing stays behind', async (_what, initial) => {
    const files = await staged(initial);
    await putInPlace({ files, layout }, entries);
    expect(inPlace(files)).toEqual(['new 0', 'new 1', 'new 2']);
    await removeStaged({ files, layout });
    expect(Object.keys(files.contents())).toHaveLength(3);
  });

  it('what was there before is there again when one is refused', async () => {
    // Three copies are kept, then the last is removed, then three renames.
    for (const after of [3, 4, 5, 6]) {
      const files = await staged(before);
      await expect(putInPlace({ files: breaking(files, after, false), layout }, entries)).rejects.toThrow(
        'refused',
      );
      expect(inPlace(files), `refused after ${after}`).toEqual(['old 0', 'old 1', 'old 2']);
    }
  });

  it('BEH-249 after a power cut there is all of before, or no last one; the second try is whole', async () => {
    for (let after = 0; after < 7; after += 1) {
      const files = await staged(before);
      await expect(putInPlace({ files: breaking(files, after, true), layout }, entries)).rejects.toThrow(
        'refused',
      );
      const found = inPlace(files);
      expect(found.at(-1) === undefined || found.join() === 'old 0,old 1,old 2', `cut after ${after}`).toBe(
        true,
      );
      await stageFiles({ files, layout }, texts('new'));
      await putInPlace({ files, layout }, entries);
      expect(inPlace(files)).toEqual(['new 0', 'new 1', 'new 2']);
    }
  });
});
