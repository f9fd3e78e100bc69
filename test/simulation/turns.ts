/** Changes, hand-overs and failovers exclude each other; renewals and looks in office do not wait for anybody. */
export type InTurn = (job: (end: () => void) => void) => void;

/** Jobs one after the other, in the order they came, each until it calls `end`. */
export interface Turns {
  readonly inTurn: InTurn;
  isBusy(): boolean;
}

export function createTurns(): Turns {
  const waiting: Parameters<InTurn>[0][] = [];
  let busy = false;

  function next(): void {
    const job = waiting.shift();
    busy = job !== undefined;
    job?.(next);
  }

  return {
    inTurn(job) {
      waiting.push(job);
      if (!busy) next();
    },
    isBusy: () => busy,
  };
}
