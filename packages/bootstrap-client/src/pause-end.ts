/** How long a pause lasts, for people. */
import type { Pause } from '@quorate/domain/status-report';

/** `until 2026-11-22T12:00:00.000Z` or `until resumed`. */
export const pauseEnd = ({ until }: Pause): string => `until ${until ?? 'resumed'}`;
