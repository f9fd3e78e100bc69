/** OpenSSH's host patterns, as in known_hosts and in its configuration: `*`, `?`, and `!` before what must not fit. */

/** Whether the whole text fits. Takes as long as the product of both lengths at most, whatever they hold. */
export function matchesPattern(wanted: string, given: string): boolean {
  let at = 0;
  let star = -1;
  let afterStar = 0;
  for (let i = 0; i < given.length;) {
    if (wanted[at] === '*') [star, afterStar] = [at++, i];
    else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[i])) [at, i] = [at + 1, i + 1];
    else if (star >= 0) [at, i] = [star + 1, ++afterStar];
    else return false;
  }
  return /^\**$/.test(wanted.slice(at));
}

/** Some pattern fits, and none that is negated does: that excludes the list, whatever else fits. */
export function matchesPatterns(patterns: readonly string[], text: string): boolean {
  const fits = (pattern: string) => matchesPattern(pattern, text);
  const excluded = patterns.filter((each) => each.startsWith('!')).map((each) => each.slice(1));
  return !excluded.some(fits) && patterns.some((each) => !each.startsWith('!') && fits(each));
}
