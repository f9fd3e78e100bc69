import { describe, expect, it } from 'vitest';
import { shutdownSignal } from './shutdown-signal.ts';

/** A signal that nobody listens for any more ends the process: that is what the second one finds. */
describe('the shutdown signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'is aborted by %s, and leaves the second one to the system',
    (name) => {
      const before = process.listeners(name);
      const signal = shutdownSignal();
      expect(signal.aborted).toBe(false);
      process.emit(name);
      expect(signal.aborted).toBe(true);
      expect(signal.reason).toMatchObject({ message: `Ended by ${name}` });
      expect(process.listeners(name).filter((each) => !before.includes(each))).toEqual([]);
    },
  );
});
