import { expect, it } from 'vitest';
import { homeOfRoot } from './accounts-file.ts';

it.each([
  ['root:x:0:0:root:/root:/bin/bash\nother:x:1:1::/home/other:/bin/sh\n', '/root'],
  ['toor:x:0:0::/toor:/bin/sh\nroot:x:0:0:root:/var/lib/root:/bin/sh', '/var/lib/root'],
  ['root:x:0:0:root::/bin/sh', undefined],
  ['', undefined],
])('root of %j is at home in %s', (text, home) => {
  expect(homeOfRoot(text)).toBe(home);
});
