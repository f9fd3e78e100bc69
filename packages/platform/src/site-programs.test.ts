import { describe, expect, it } from 'vitest';
import { listSitePrograms } from './site-programs.ts';
import { memoryFiles } from './testing/files.ts';

describe('the programs in a directory', () => {
  it('are its executable files in the order of their names; the others are named with a reason', async () => {
    const files = memoryFiles({ '/d/README': 'how to' });
    for (const name of ['20-web', '10-db', '.10-db.swp', '10-db~', '10-db.dpkg-old', '9-late'])
      await files.writeAtomic(`/d/${name}`, '#!/bin/sh', { mode: 0o755 });
    await files.ensureDirectory('/d/lib', 0o755);
    expect(await listSitePrograms(files, '/d')).toEqual({
      programs: ['/d/10-db', '/d/20-web', '/d/9-late'],
      skipped: [
        { path: '/d/.10-db.swp', why: 'it is hidden' },
        { path: '/d/10-db.dpkg-old', why: 'it is the leftover of an editor or of an upgrade' },
        { path: '/d/10-db~', why: 'it is the leftover of an editor or of an upgrade' },
        { path: '/d/README', why: 'it is not executable' },
        { path: '/d/lib', why: 'it is not a file' },
      ],
    });
  });

  it('are none where there is no directory', async () => {
    expect(await listSitePrograms(memoryFiles(), '/d')).toEqual({ programs: [], skipped: [] });
  });
});
