import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putOnPath } from './testing/put-on-path.ts';
import { listVolumeGroups } from './volume-groups.ts';

describe('the volume groups', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quorate-vgs-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function listedBy(script: string): Promise<string> {
    const restore = putOnPath(directory, 'vgs', script);
    return listVolumeGroups({ timeoutMs: 10_000 }).finally(restore);
  }

  it('are asked of vgs, in a language of which the numbers are known', async () => {
    expect(await listedBy('echo "$LC_ALL $*"')).toBe('C --noheadings --units m --nosuffix -o name,size\n');
  });

  it('cannot be told if it fails', async () => {
    await expect(listedBy('echo broken >&2; exit 5')).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: expect.stringContaining('ended with status 5: broken'),
    });
  });

  it('cannot be told if it is not there', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = directory;
    const listed = listVolumeGroups({ timeoutMs: 10_000 });
    process.env['PATH'] = before;
    await expect(listed).rejects.toMatchObject({ reason: 'HOST_UNFIT' });
  });
});
