/**
 * What hypervisor parameters may be beyond their type: sets of words, ranges, paths, and what one asks of another.
 *
 * Only what can be said without looking at the machine, for all six hypervisors whether they are enabled or not.
 *
 * Counterparts in Ganeti: PARAMETERS and CheckParameterSyntax in lib/hypervisor/ (hv_base, hv_kvm, hv_xen, hv_lxc,
 * hv_chroot, hv_fake), check_* of hv_kvm/validation.py.
 */
import { isIPv4 } from './names.ts';
import type { Hypervisor } from './parameter-defaults.ts';
import type { ParameterValue, ParameterValues } from './parameter-types.ts';

/** Says what the value must be, or nothing if it is that. */
interface Rule {
  readonly mustBe: string;
  readonly holds: (value: ParameterValue) => boolean;
  /** Whether it may be the empty text; 0 and false are values like others (_IsParamValueUnspecified). */
  readonly optional: boolean;
}

const rule = (mustBe: string, holds: (value: ParameterValue) => boolean): Rule => ({
  mustBe,
  holds,
  optional: false,
});
const optional = (of: Rule): Rule => ({ ...of, optional: true });

const oneOf = (words: string): Rule =>
  rule(`one of ${words.replaceAll(' ', ', ')}`, (value) => words.split(' ').includes(String(value)));
const within = (from: number, to: number): Rule =>
  rule(`from ${from} to ${to}`, (value) => Number(value) >= from && Number(value) <= to);
const countable = rule('0 or more', (value) => Number(value) >= 0);

const isPath = (value: ParameterValue): boolean =>
  /^\/(?:[^/]+(?:\/[^/]+)*)?$/.test(String(value)) && !/\/\.{1,2}(?:\/|$)/.test(String(value));
const path = rule('an absolute path without . and ..', isPath);
const pathOrUrl = rule(
  'an absolute path or a URL',
  (value) => isPath(value) || /^(?:https?|ftps?|tftp):\/\/./.test(String(value)),
);

const isCpuRange = (text: string): boolean => {
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return from !== undefined && Number(from) <= Number(to ?? from);
};
const isCpuMask = (text: string): boolean => text.split(',').every(isCpuRange);
const cpuMask = rule('CPUs such as 0-2,5', (value) => isCpuMask(String(value)));
const cpuMasks = rule('CPU masks such as 0-2,5:all', (value) =>
  String(value)
    .split(':')
    .every((mask) => mask === 'all' || isCpuMask(mask)),
);

const lossy = optional(oneOf('auto never always'));
const migrationMode = oneOf('live non-live');
const rebootBehaviour = oneOf('reboot exit');
const xenCommand = oneOf('xm xl');

const kvmDisks = 'scsi ide paravirtual sd mtd pflash scsi-hd scsi-cd scsi-block scsi-generic';

const rules: Readonly<Record<Hypervisor, Readonly<Record<string, Rule>>>> = {
  kvm: {
    kvm_path: path,
    kernel_path: optional(path),
    initrd_path: optional(path),
    vnc_x509_path: optional(path),
    vnc_password_file: optional(path),
    spice_ip_version: oneOf('0 4 6'),
    spice_password_file: optional(path),
    spice_image_compression: optional(oneOf('auto_glz auto_lz glz lz off quic')),
    spice_jpeg_wan_compression: lossy,
    spice_zlib_glz_wan_compression: lossy,
    spice_streaming_video: optional(oneOf('all filter off')),
    floppy_image_path: optional(path),
    cdrom_image_path: optional(pathOrUrl),
    cdrom2_image_path: optional(pathOrUrl),
    boot_order: oneOf('floppy cdrom disk network'),
    nic_type: oneOf('rtl8139 ne2k_pci ne2k_isa paravirtual e1000 i82551 i82557b i82559er pcnet'),
    disk_type: oneOf(kvmDisks),
    cdrom_disk_type: optional(oneOf(kvmDisks)),
    scsi_controller_type: oneOf('lsi megasas virtio-scsi-pci'),
    disk_discard: optional(oneOf('default ignore unmap')),
    usb_mouse: optional(oneOf('mouse tablet')),
    migration_port: within(1, 65_534),
    migration_bandwidth: countable,
    migration_downtime: countable,
    migration_mode: migrationMode,
    disk_cache: oneOf('default none writeback writethrough'),
    disk_aio: optional(oneOf('threads native')),
    security_model: oneOf('none user pool'),
    kvm_flag: optional(oneOf('enabled disabled')),
    virtio_net_queues: within(1, 8),
    mem_path: optional(path),
    reboot_behavior: rebootBehaviour,
    cpu_mask: optional(cpuMasks),
    cpu_cores: countable,
    cpu_threads: countable,
    cpu_sockets: countable,
    kvm_pci_reservations: within(0, 32),
  },
  'xen-pvm': {
    bootloader_path: optional(path),
    kernel_path: path,
    initrd_path: optional(path),
    migration_port: within(1, 65_534),
    migration_mode: migrationMode,
    reboot_behavior: rebootBehaviour,
    cpu_mask: optional(cpuMasks),
    cpu_cap: countable,
    cpu_weight: within(1, 65_535),
    vif_script: optional(path),
    xen_cmd: xenCommand,
  },
  'xen-hvm': {
    boot_order: rule('letters out of acdn', (value) => /^[acdn]+$/.test(String(value))),
    cdrom_image_path: optional(path),
    disk_type: oneOf('ioemu paravirtual'),
    nic_type: oneOf('rtl8139 ne2k_pci ne2k_isa e1000 paravirtual'),
    vnc_bind_address: optional(rule('an IPv4 address', (value) => isIPv4(String(value)))),
    kernel_path: path,
    device_model: path,
    vnc_password_file: path,
    migration_port: within(1, 65_534),
    migration_mode: migrationMode,
    reboot_behavior: rebootBehaviour,
    cpu_mask: optional(cpuMasks),
    cpu_weight: within(1, 65_534),
    vif_type: optional(oneOf('ioemu vif')),
    vif_script: optional(path),
    xen_cmd: xenCommand,
  },
  chroot: { init_script: path },
  lxc: {
    cpu_mask: optional(cpuMask),
    num_ttys: countable,
    startup_timeout: countable,
  },
  fake: { migration_mode: migrationMode },
};

/** One sentence for every value of the complete set that the hypervisor could not use. */
export function hypervisorComplaints(hypervisor: Hypervisor, values: ParameterValues): readonly string[] {
  const broken = Object.entries(rules[hypervisor]).flatMap(
    ([key, { mustBe, holds, optional: mayBeEmpty }]) => {
      const value = values[key] ?? '';
      return (value === '' && mayBeEmpty) || holds(value) ? [] : [`'${key}' is '${value}', not ${mustBe}`];
    },
  );
  return [...broken, ...(hypervisor === 'kvm' ? kvmComplaints(values) : [])];
}

const serialSpeeds = [
  75, 110, 300, 600, 1200, 1800, 2400, 4800, 9600, 14_400, 19_200, 28_800, 38_400, 57_600, 115_200, 230_400,
  345_600, 460_800,
];

const needSpiceBind = [
  'spice_ip_version',
  'spice_password_file',
  'spice_image_compression',
  'spice_jpeg_wan_compression',
  'spice_zlib_glz_wan_compression',
  'spice_streaming_video',
  'spice_use_tls',
];

/** What one parameter of KVM asks of another. */
function kvmComplaints(values: ParameterValues): readonly string[] {
  const set = (key: string): boolean => Boolean(values[key]);
  const spice = needSpiceBind.filter(set);
  const conditions: readonly (readonly [boolean, string])[] = [
    [
      values['boot_order'] === 'cdrom' && !set('cdrom_image_path'),
      "'boot_order' cdrom needs 'cdrom_image_path'",
    ],
    [set('kernel_path') && !set('root_path'), "'kernel_path' needs 'root_path'"],
    [
      values['security_model'] === 'user' && !set('security_domain'),
      "'security_model' user needs a user as 'security_domain'",
    ],
    [
      values['security_model'] !== 'user' && set('security_domain'),
      "'security_domain' needs 'security_model' user",
    ],
    [
      set('serial_console') && !serialSpeeds.includes(Number(values['serial_speed'])),
      `'serial_speed' is not one of ${serialSpeeds.join(', ')}`,
    ],
    [set('vnc_x509_verify') && !set('vnc_x509_path'), "'vnc_x509_verify' needs 'vnc_x509_path'"],
    [!set('spice_bind') && spice.length > 0, `${spice.join(', ')}: 'spice_bind' is not set`],
    [
      values['disk_aio'] === 'native' && values['disk_cache'] !== 'none',
      "'disk_aio' native needs 'disk_cache' none",
    ],
  ];
  return conditions.filter(([wrong]) => wrong).map(([, sentence]) => sentence);
}
