import { describe, expect, it } from 'vitest';
import { installedEntries, layoutUnder, ssconfPath, underRoot } from './layout.ts';

const octal = (mode: number) => mode.toString(8).padStart(4, '0');

describe('layout', () => {
  // Ganeti's own files have Ganeti's names, and the modes its permission tool enforces.
  it.each([
    ['configData', 'config.data', '0640'],
    ['serverPem', 'server.pem', '0440'],
    ['clientPem', 'client.pem', '0440'],
    ['rapiPem', 'rapi.pem', '0440'],
    ['spicePem', 'spice.pem', '0440'],
    ['spiceCaPem', 'spice-ca.pem', '0440'],
    ['hmacKey', 'hmac.key', '0440'],
    ['clusterDomainSecret', 'cluster-domain-secret', '0640'],
    ['knownHosts', 'known_hosts', '0644'],
    ['ganetiPubKeys', 'ganeti_pub_keys', '0600'],
    ['nodePem', 'node.pem', '0400'],
    ['clusterRecord', 'cluster.json', '0600'],
    ['voterRecord', 'voter.json', '0600'],
    ['dataDirectory', '', '0755'],
  ] as const)('BEH-139 %s is %s with mode %s', (name, file, mode) => {
    const entry = layoutUnder('/')[name];
    expect([entry.path, octal(entry.mode)]).toEqual([`/var/lib/quorate${file && `/${file}`}`, mode]);
  });

  it.each([
    ['masterServicesDirectory', '/etc/quorate/master.d'],
    ['hooksDirectory', '/etc/quorate/hooks'],
    ['masterEnvironment', '/run/quorate/master.env'],
    ['programsLog', '/var/log/quorate/programs.log'],
    ['fileStoragePaths', '/etc/ganeti/file-storage-paths'],
    ['drbdHelper', '/sys/module/drbd/parameters/usermode_helper'],
  ] as const)('%s, for what is not the cluster’s own, is %s', (name, path) => {
    expect(layoutUnder('/')[name].path).toBe(path);
  });

  it('BEH-139 ssconf files are readable by all and writable by none', () => {
    const entry = ssconfPath(layoutUnder('/'), 'master_node');
    expect(entry).toEqual({ path: '/var/lib/quorate/ssconf_master_node', mode: 0o444 });
  });

  it.each(['/tmp/n1', '/tmp/n1/', '/tmp/n1//'])('puts everything under the root %s', (root) => {
    const layout = layoutUnder(root);
    expect(layout.root).toBe('/tmp/n1');
    expect(layout.hostsFile.path).toBe('/tmp/n1/etc/hosts');
    expect(layout.hostnameFile?.path).toBe('/tmp/n1/etc/hostname');
    expect(underRoot(layout.root, '/srv/disks')).toBe('/tmp/n1/srv/disks');
  });

  it('asks a host of its own for its name, not a file', () => {
    expect(layoutUnder('/').hostnameFile).toBeUndefined();
    expect(underRoot('/', '/srv/disks')).toBe('/srv/disks');
  });

  it('refuses a relative root', () => {
    expect(() => layoutUnder('nodes/n1')).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' }));
  });

  it('refuses a root in which a socket path would not fit', () => {
    const room = 107 - '/run/quorate/socket/masterd.sock'.length;
    const deepest = `/${'d'.repeat(room - 1)}`;
    expect(layoutUnder(deepest).masterdSocket.path).toHaveLength(107);
    expect(() => layoutUnder(`${deepest}d`)).toThrow(expect.objectContaining({ reason: 'HOST_UNFIT' }));
  });

  it('leaving deletes files only, and what tells the node who it is last', () => {
    const layout = layoutUnder('/r');
    const paths = installedEntries(layout).map(({ path }) => path);
    expect(paths).toContain('/r/var/lib/quorate/ssconf_cluster_name');
    expect(paths).toContain('/r/var/lib/quorate/cluster.json.3');
    expect(paths).not.toContain(layout.dataDirectory.path);
    expect(paths).not.toContain(layout.settings.path);
    expect(paths).not.toContain(layout.hostsFile.path);
    expect(paths.slice(-3)).toEqual(
      [layout.serverPem, layout.nodePem, layout.foundingRun].map(({ path }) => path),
    );
    expect(new Set(paths).size).toBe(paths.length);
  });
});
