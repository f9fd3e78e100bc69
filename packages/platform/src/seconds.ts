/** A duration as it is told to people: `10 s`, `1.5 s`, `0.2 s`. */
export const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
