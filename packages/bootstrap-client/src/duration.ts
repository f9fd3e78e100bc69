/** Durations as administrators write them: `90`, `90s`, `15m`, `2h`, `7d`. */
import { InvalidArgumentError } from 'commander';

const seconds = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds, possibly fractional; throws what the command line prints. */
export function parseDuration(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text) ?? [];
  if (number === '')
    throw new InvalidArgumentError('It must be a number of seconds, or one like 90s, 15m, 2h, 7d.');
  return Number(number) * seconds[unit as keyof typeof seconds];
}
