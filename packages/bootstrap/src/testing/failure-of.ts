/** The error that something must end with; the test fails if it ends well. */
import { ClusterError } from '@quorate/domain/errors';

export const failureOf = (work: Promise<unknown>): Promise<ClusterError> =>
  work.then(
    () => {
      throw new Error('It ended well, and was not to');
    },
    (caught: unknown) => caught as ClusterError,
  );
