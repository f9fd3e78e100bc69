import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withAuthorizedKey } from './authorized-keys.ts';
import { takenBack } from './line-change.ts';

const key = 'ssh-rsa AAAAB3NzaC1yc2E= root@node1.lab.test';

describe('an authorized key', () => {
  it.each([
    ['', `${key}\n`],
    ['# remark', `# remark\n${key}\n`],
    ['ssh-rsa BBBB other\n', `ssh-rsa BBBB other\n${key}\n`],
    ['# ssh-rsa AAAAB3NzaC1yc2E=\n', `# ssh-rsa AAAAB3NzaC1yc2E=\n${key}\n`],
  ])('is added to %j', (before, after) => {
    expect(withAuthorizedKey(before, `${key}\n`)?.text).toBe(after);
  });

  it.each([
    key,
    'ssh-rsa  AAAAB3NzaC1yc2E=\tanother remark\r\n',
    'from="10.0.0.0/8",command="ls -l /" ssh-rsa AAAAB3NzaC1yc2E= restricted\n',
  ])('is there already in %j, and stays as it is', (text) => {
    expect(withAuthorizedKey(text, key)).toBeUndefined();
  });

  it('is taken back from any text byte by byte', () => {
    expect.hasAssertions();
    const line = fc.oneof(fc.constantFrom('', '# remark', 'ssh-ed25519 AAAA me'), fc.string());
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        const edited = withAuthorizedKey(text, key);
        expect(edited && takenBack(edited.text, edited.change)).toBe(text);
      }),
    );
  });
});
