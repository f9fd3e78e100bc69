/** Files that end with the program: after so many changes the next one does not happen, as if it had been killed. */
import type { Files } from '@quorate/platform/files';

const changing = [
  'writeAtomic',
  'rewrite',
  'remove',
  'ensureDirectory',
  'removeEmptyDirectory',
  'appendLine',
] as const satisfies readonly (keyof Files)[];

export const killed = new Error('killed here');

/** `after` is how many changes there are before the end; `onChange` is told of each. */
export function breakingFiles(disk: Files, after: number, onChange: () => void = () => undefined): Files {
  let made = 0;
  const counted = changing.map((name) => [
    name,
    async (...args: never[]): Promise<void> => {
      if (made >= after) throw killed;
      made += 1;
      onChange();
      await (disk[name] as (...given: never[]) => Promise<void>)(...args);
    },
  ]);
  return { ...disk, ...(Object.fromEntries(counted) as Pick<Files, (typeof changing)[number]>) };
}
