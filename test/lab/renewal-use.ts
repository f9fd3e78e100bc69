/**
 * Whether a daemon grows from renewal to renewal. Touches nothing.
 *
 * What it uses is a saw: memory rises until it is collected, a connection that was replaced stays open a while. So the
 * least of the last third is held against the least of the first, after a warm-up; a leak lifts both teeth and ground.
 */

export interface Sample {
  /** Which daemon. */
  readonly of: string;
  /** So many were seen when this was looked at. */
  readonly renewals: number;
  readonly rssKiB: number;
  readonly files: number;
}

export interface Growth {
  /** First and last look, and both grounds, for people. */
  readonly line: string;
  /** undefined if it does not grow, or too little was seen to tell. */
  readonly fault: string | undefined;
}

/** What the pages of a heap that is well used may spread to; 20 renewals that leak 1 MiB each are found. */
const rssSlackKiB = 12 * 1024;
/** A connection that came or went between two looks. */
const fileSlack = 3;
/** In each third. */
const fewestRenewals = 5;

/** Fewer than these show no growth, whatever grows. */
export const renewalsToJudge = (warmUp: number): number => warmUp + 3 * fewestRenewals;

export function growthIn(samples: readonly Sample[], warmUp: number): readonly Growth[] {
  const daemons = [...new Set(samples.map(({ of }) => of))];
  return daemons.map((name) =>
    growthOf(
      name,
      samples.filter(({ of }) => of === name),
      warmUp,
    ),
  );
}

function growthOf(name: string, samples: readonly Sample[], warmUp: number): Growth {
  const warm = samples.filter(({ renewals }) => renewals >= warmUp);
  const third = Math.floor(warm.length / 3);
  const [first, last] = [warm.slice(0, third), warm.slice(-third)];
  const seen = warm.at(-1)?.renewals ?? 0;
  const told = ({ rssKiB, files }: Pick<Sample, 'rssKiB' | 'files'>): string =>
    `${(rssKiB / 1024).toFixed(1)} MiB, ${files} files`;
  const [begin, end] = [samples[0], samples.at(-1)];
  if (!begin || !end) return { line: `${name}: never seen`, fault: `${name}: never seen` };
  const ends = `${name}: at first ${told(begin)}; at last ${told(end)}`;
  if (third === 0 || seen < renewalsToJudge(warmUp)) return { line: ends, fault: undefined };
  const [early, late] = [ground(first), ground(last)];
  const line = `${ends}; ground of the first third ${told(early)}; of the last ${told(late)}`;
  const grows = late.rssKiB > early.rssKiB + rssSlackKiB || late.files > early.files + fileSlack;
  return { line, fault: grows ? line : undefined };
}

const ground = (samples: readonly Sample[]): Pick<Sample, 'rssKiB' | 'files'> => ({
  rssKiB: Math.min(...samples.map(({ rssKiB }) => rssKiB)),
  files: Math.min(...samples.map(({ files }) => files)),
});
