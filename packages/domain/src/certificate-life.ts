/**
 * How long a certificate lasts, and from when on that is worth a word. No clock here: `now` is given.
 *
 * Counterpart in Ganeti: VerifyCertificate of lib/utils/x509.py, with 7 and 30 days.
 */

/** How loud: a certificate that is over, or has a week left, stops the cluster if nobody acts. */
export type CertificateLevel = 'error' | 'warning' | 'notice';

/** Days left at which the next level begins (BEH-289; spec C12). */
export const certificateLimits = { error: 7, warning: 30, notice: 90 } as const;

const daySeconds = 86_400;

/** Days until the end, with fractions; negative when it is over. Both in seconds since 1970. */
export const daysLeft = (notAfterSeconds: number, nowSeconds: number): number =>
  (notAfterSeconds - nowSeconds) / daySeconds;

/** Undefined for a certificate that lasts. */
export function certificateLevel(days: number): CertificateLevel | undefined {
  if (days <= certificateLimits.error) return 'error';
  if (days <= certificateLimits.warning) return 'warning';
  return days <= certificateLimits.notice ? 'notice' : undefined;
}
