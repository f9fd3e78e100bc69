/**
 * What everything in a lab is called and where it lies, told from the lab's name and a host's number alone.
 *
 * Touches nothing. Because every name can be worked out again, `down` finds what a killed `up` left behind.
 *
 *     lab NAME     namespace quorate-lab.NAME.switch, directory /run/quorate-lab/NAME
 *     host K       namespace quorate-lab.NAME.qK, directory …/NAME/qK, node name qK.lab, address 10.77.0.K
 */
import { LabError } from './lab-error.ts';

export const clusterName = 'cluster.lab';
export const masterIp = '10.77.0.100';
/** Where root is at home on a lab host; not /root, which all of them share with the machine. */
export const home = '/var/lib/root';
export const dataDirectory = '/var/lib/quorate';
/** 10.77.0.100 belongs to the cluster, so the hosts end below it. */
const mostHosts = 99;

export const labsDirectory = '/run/quorate-lab';
const namespacesDirectory = '/run/netns';

export interface LabPlan {
  readonly name: string;
  readonly directory: string;
  /** Written last by `up`: the lab is whole. */
  readonly readyFile: string;
  /** Number of the process that is putting this lab up. */
  readonly builderFile: string;
  readonly switchNamespace: string;
  /** Every namespace of this lab begins with it, and none of another lab does. */
  readonly namespacePrefix: string;
}

export interface HostPlan {
  readonly lab: LabPlan;
  readonly number: number;
  /** `q2`: also the name of its port on the switch. */
  readonly label: string;
  /** `q2.lab` */
  readonly nodeName: string;
  readonly address: string;
  /** The same after every crash, so that no neighbour remembers a wrong one. */
  readonly hardwareAddress: string;
  readonly namespace: string;
  /** Its disk: what survives a crash. */
  readonly directory: string;
}

export const namespaceFile = (namespace: string): string => `${namespacesDirectory}/${namespace}`;

/** Throws LabError for a name that could not be told apart from another lab's in a namespace's name. */
export function planLab(name: string): LabPlan {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name))
    throw new LabError(`${name} cannot name a lab: small letters, digits and dashes only, 31 at most`);
  const directory = `${labsDirectory}/${name}`;
  const namespacePrefix = `quorate-lab.${name}.`;
  return {
    name,
    directory,
    readyFile: `${directory}/lab.json`,
    builderFile: `${directory}/builder.pid`,
    switchNamespace: `${namespacePrefix}switch`,
    namespacePrefix,
  };
}

export function planHost(lab: LabPlan, number: number): HostPlan {
  const label = `q${number}`;
  return {
    lab,
    number,
    label,
    nodeName: `${label}.lab`,
    address: `10.77.0.${number}`,
    hardwareAddress: `02:77:00:00:00:${number.toString(16).padStart(2, '0')}`,
    namespace: `${lab.namespacePrefix}${label}`,
    directory: `${lab.directory}/${label}`,
  };
}

export function planHosts(lab: LabPlan, count: number): readonly HostPlan[] {
  if (!Number.isInteger(count) || count < 1 || count > mostHosts)
    throw new LabError(`A lab has 1 to ${mostHosts} hosts, not ${count}`);
  return Array.from({ length: count }, (_, index) => planHost(lab, index + 1));
}
