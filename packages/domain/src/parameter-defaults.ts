/**
 * The parameters a new cluster starts with, in Ganeti's words, as a 3.0.2 cluster writes them.
 *
 * We act on none of them except `ssh_port`; they are written in full so that Ganeti's tools, which refuse a missing
 * key, can read our configuration.
 *
 * Counterpart in Ganeti: lib/constants.py (HVC_DEFAULTS, BEC_DEFAULTS, NICC_DEFAULTS, NDC_DEFAULTS, DISK_DT_DEFAULTS, IPOLICY_DEFAULTS).
 */

/** In the order in which Ganeti names them. */
export const hypervisors = ['kvm', 'xen-pvm', 'chroot', 'xen-hvm', 'lxc', 'fake'] as const;
export type Hypervisor = (typeof hypervisors)[number];

export const isHypervisor = (text: string): text is Hypervisor => hypervisors.some((known) => known === text);

/** What has to be checked on the machine before a template may be used. */
export type TemplateNeeds = 'nothing' | 'volume group' | 'directory';

/** All disk templates, in the order of the default policy. */
export const diskTemplates = {
  diskless: 'nothing',
  file: 'directory',
  sharedfile: 'directory',
  plain: 'volume group',
  blockdev: 'nothing',
  drbd: 'volume group',
  rbd: 'nothing',
  ext: 'nothing',
  gluster: 'directory',
} as const satisfies Record<string, TemplateNeeds>;
export type DiskTemplate = keyof typeof diskTemplates;

export const isDiskTemplate = (text: string): text is DiskTemplate => Object.hasOwn(diskTemplates, text);

/** What the options of `init` are if they are not given. */
export const initDefaults = {
  candidatePoolSize: 10,
  macPrefix: 'aa:00:00',
  masterNetdev: 'xen-br0',
  /** If a template needs one. */
  volumeGroup: 'xenvg',
  /** If DRBD is enabled. */
  drbdHelper: '/bin/true',
  /** Also of templates that are not enabled. */
  storageDirectories: {
    file: '/srv/ganeti/file-storage',
    sharedfile: '/srv/ganeti/shared-file-storage',
    gluster: '/var/run/ganeti/gluster',
  },
  /** First DRBD port minus one. */
  highestUsedPort: 10_999,
} as const;

/** Backend: what an instance gets. Memory in MiB. */
export const beparams = {
  minmem: 128,
  maxmem: 128,
  vcpus: 1,
  auto_balance: true,
  always_failover: false,
  spindle_use: 1,
} as const;

export const nicparams = { mode: 'bridged', link: 'xen-br0', vlan: '' } as const;

export const ndparams = {
  oob_program: '',
  spindle_count: 1,
  exclusive_storage: false,
  ovs: false,
  ovs_name: 'switch1',
  ovs_link: '',
  ssh_port: 22,
  cpu_speed: 1,
} as const;

/** State of a host as an administrator may correct it, one per enabled hypervisor. */
export const hypervisorState = { mem_total: 0, mem_node: 0, mem_hv: 0, cpu_total: 1, cpu_node: 1 } as const;

/** The same for one storage; MiB. */
export const diskState = { disk_total: 0, disk_reserved: 0, disk_overhead: 0 } as const;

/** Sizes in MiB. */
const smallestInstance = {
  'memory-size': 128,
  'cpu-count': 1,
  'disk-count': 1,
  'disk-size': 1024,
  'nic-count': 1,
  'spindle-use': 1,
} as const;

const largestInstance = {
  'memory-size': 32_768,
  'cpu-count': 8,
  'disk-count': 16,
  'disk-size': 1_048_576,
  'nic-count': 8,
  'spindle-use': 12,
} as const;

/** The policy for instances; its templates are narrowed to the enabled ones (BEH-201). */
export const ipolicy = {
  minmax: [{ min: smallestInstance, max: largestInstance }],
  std: smallestInstance,
  'vcpu-ratio': 4,
  'spindle-ratio': 32,
  'disk-templates': Object.keys(diskTemplates),
} as const;

/** Per template; `metavg` is replaced by the cluster's volume group if it has one. */
export const diskparams = {
  diskless: {},
  file: {},
  sharedfile: {},
  plain: { stripes: 1 },
  blockdev: {},
  drbd: {
    'resync-rate': 61_440,
    'data-stripes': 1,
    'meta-stripes': 1,
    'disk-barriers': 'n',
    'meta-barriers': false,
    metavg: 'xenvg',
    'disk-custom': '',
    'net-custom': '',
    protocol: 'C',
    'dynamic-resync': false,
    'c-plan-ahead': 20,
    'c-fill-target': 0,
    'c-delay-target': 1,
    'c-max-rate': 61_440,
    'c-min-rate': 4096,
  },
  rbd: { pool: 'rbd', access: 'kernelspace' },
  ext: { access: 'kernelspace' },
  gluster: { access: 'kernelspace', host: '127.0.0.1', volume: 'gv0', port: 24_007 },
} as const satisfies Record<DiskTemplate, unknown>;

/** Interval in microseconds. */
const collector = { active: true, interval: 5_000_000 } as const;

export const dataCollectors = {
  'cpu-avg-load': collector,
  'xen-cpu-avg-load': collector,
  diskstats: collector,
  drbd: collector,
  lv: collector,
  'inst-status-xen': collector,
} as const;

export const compressionTools = ['gzip', 'gzip-fast', 'gzip-slow'] as const;

/** Complete for all hypervisors, enabled or not, because each has an ssconf file of its own. */
export const hvparams = {
  kvm: {
    acpi: true,
    boot_order: 'disk',
    cdrom2_image_path: '',
    cdrom_disk_type: '',
    cdrom_image_path: '',
    cpu_cores: 0,
    cpu_mask: 'all',
    cpu_sockets: 0,
    cpu_threads: 0,
    cpu_type: '',
    disk_aio: 'threads',
    disk_cache: 'default',
    disk_discard: 'default',
    disk_type: 'paravirtual',
    floppy_image_path: '',
    initrd_path: '',
    kernel_args: 'ro',
    kernel_path: '/boot/vmlinuz-3-kvmU',
    keymap: '',
    kvm_extra: '',
    kvm_flag: '',
    kvm_path: '/usr/bin/kvm',
    kvm_pci_reservations: 12,
    machine_version: '',
    mem_path: '',
    migration_bandwidth: 32,
    migration_caps: '',
    migration_downtime: 30,
    migration_mode: 'live',
    migration_port: 8102,
    nic_type: 'paravirtual',
    reboot_behavior: 'reboot',
    root_path: '/dev/vda1',
    scsi_controller_type: 'lsi',
    security_domain: '',
    security_model: 'none',
    serial_console: true,
    serial_speed: 38400,
    soundhw: '',
    spice_bind: '',
    spice_image_compression: '',
    spice_ip_version: 0,
    spice_jpeg_wan_compression: '',
    spice_password_file: '',
    spice_playback_compression: true,
    spice_streaming_video: '',
    spice_tls_ciphers: 'HIGH:-DES:-3DES:-EXPORT:-DH',
    spice_use_tls: false,
    spice_use_vdagent: true,
    spice_zlib_glz_wan_compression: '',
    usb_devices: '',
    usb_mouse: '',
    use_chroot: false,
    use_guest_agent: false,
    use_localtime: false,
    user_shutdown: false,
    vga: '',
    vhost_net: false,
    virtio_net_queues: 1,
    vnc_bind_address: '',
    vnc_password_file: '',
    vnc_tls: false,
    vnc_x509_path: '',
    vnc_x509_verify: false,
    vnet_hdr: true,
  },
  'xen-pvm': {
    blockdev_prefix: 'sd',
    bootloader_args: '',
    bootloader_path: '',
    cpu_cap: 0,
    cpu_mask: 'all',
    cpu_weight: 256,
    cpuid: '',
    initrd_path: '',
    kernel_args: 'ro',
    kernel_path: '/boot/vmlinuz-3-xenU',
    migration_mode: 'live',
    migration_port: 8002,
    reboot_behavior: 'reboot',
    root_path: '/dev/xvda1',
    soundhw: '',
    use_bootloader: false,
    vif_script: '',
    xen_cmd: 'xm',
  },
  'xen-hvm': {
    acpi: true,
    blockdev_prefix: 'hd',
    boot_order: 'cd',
    cdrom_image_path: '',
    cpu_cap: 0,
    cpu_mask: 'all',
    cpu_weight: 256,
    cpuid: '',
    device_model: '/usr/lib/xen/bin/qemu-dm',
    disk_type: 'paravirtual',
    kernel_path: '/usr/lib/xen/boot/hvmloader',
    migration_mode: 'non-live',
    migration_port: 8002,
    nic_type: 'rtl8139',
    pae: true,
    pci_pass: '',
    reboot_behavior: 'reboot',
    soundhw: '',
    use_localtime: false,
    vif_script: '',
    vif_type: 'ioemu',
    viridian: false,
    vnc_bind_address: '0.0.0.0',
    vnc_password_file: '/etc/ganeti/vnc-cluster-password',
    xen_cmd: 'xm',
  },
  chroot: {
    init_script: '/ganeti-chroot',
  },
  lxc: {
    cpu_mask: '',
    devices: 'c 1:3 rw,c 1:5 rw,c 1:7 rw,c 1:8 rw,c 1:9 rw,c 1:10 rw,c 5:0 rw,c 5:1 rw,c 5:2 rw,c 136:* rw',
    drop_capabilities: 'mac_override,sys_boot,sys_module,sys_time,sys_admin',
    extra_cgroups: '',
    extra_config: '',
    num_ttys: 6,
    startup_timeout: 30,
  },
  fake: {
    migration_mode: 'live',
  },
} as const satisfies Record<Hypervisor, Readonly<Record<string, string | number | boolean>>>;
