/**
 * What is going to happen, in order: a heap of events by time, and among those of one instant by the order in
 * which they were added, so that a run is the same each time.
 */
import type { Process } from './world.ts';

export interface Event {
  /** True time, µs. */
  at: number;
  order: number;
  /** Whose event it is: dropped if that process is dead, kept for later while it is stopped. Null for the world's own. */
  readonly to: Process | null;
  /** The incarnation it is meant for; 0 for whichever runs. */
  readonly life: number;
  readonly run: () => void;
  /** Instead, if the process is dead: a connection refused. */
  readonly ifDead?: (() => void) | undefined;
  /** A message that has not left its sender yet stays with it when that is stopped, and dies with it. */
  readonly from?: Process | undefined;
  readonly leavesAt?: number | undefined;
}

export interface Agenda {
  add(event: Omit<Event, 'order'>): void;
  /** Back into the agenda, in its old place among equals. */
  readd(event: Event): void;
  next(): Event | undefined;
  /** Takes out what `which` says. */
  remove(which: (event: Event) => boolean): readonly Event[];
}

export function createAgenda(): Agenda {
  let heap: Event[] = [];
  let order = 0;

  const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  function rise(event: Event): void {
    let index = heap.push(event) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = heap[above] as Event;
      if (!before(event, other)) break;
      heap[index] = other;
      index = above;
    }
    heap[index] = event;
  }

  function sink(event: Event): void {
    const size = heap.length;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && before(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      const other = heap[child] as Event;
      if (!before(other, event)) break;
      heap[index] = other;
      index = child;
    }
    heap[index] = event;
  }

  return {
    add({ at, to, life, run, ifDead, from, leavesAt }) {
      order += 1;
      rise({ at, order, to, life, run, ifDead, from, leavesAt });
    },
    readd: rise,
    next() {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length > 0 && last) sink(last);
      return first;
    },
    remove(which) {
      const taken = heap.filter(which);
      if (taken.length === 0) return taken;
      const kept = heap.filter((event) => !which(event));
      heap = [];
      for (const event of kept) rise(event);
      return taken.toSorted((a, b) => a.at - b.at || a.order - b.order);
    },
  };
}
