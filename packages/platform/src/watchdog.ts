/**
 * The kernel's watchdog: restarts this host unless it is written to again and again.
 *
 * Opening the device arms it. Whoever ends in good order disarms it by the letter that the kernel calls the magic
 * close; a program that is killed or stuck cannot, and that is the point. How long the kernel waits is the driver's
 * setting, often 60 s (`/sys/class/watchdog/watchdog0/timeout`); a driver loaded with `nowayout` never lets go.
 *
 * Counterpart in Ganeti: none.
 */
import { constants, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { MachineError, messageOf, systemCode } from './machine-error.ts';

export interface Watchdog {
  /**
   * Puts the restart off. Done when it returns, so that it proves the caller runs and not that a queue somewhere does.
   * Never throws; false if the device refused it or it is disarmed.
   */
  pet(): boolean;
  /** Ends the watch without a restart; again is fine. Fails with COMMAND_FAILED: the host may restart. */
  disarm(): Promise<void>;
}

/** Anything but the magic letter. */
const alive = '.';
const magicClose = 'V';

/**
 * Arms the device and pets it once; undefined if there is no such device. Fails with HOST_UNFIT if it cannot be
 * opened, for one because another program holds it.
 */
export async function openWatchdog(path: string): Promise<Watchdog | undefined> {
  const device = await openDevice(path);
  if (!device) return undefined;
  let armed = true;
  const say = (letter: string): void => void writeSync(device.fd, letter);

  const pet = (): boolean => {
    if (!armed) return false;
    try {
      say(alive);
      return true;
    } catch {
      return false;
    }
  };
  const disarm = async (): Promise<void> => {
    if (!armed) return;
    armed = false;
    try {
      say(magicClose);
    } catch (cause) {
      throw new MachineError('COMMAND_FAILED', `Cannot disarm ${path}: ${messageOf(cause)}`, {
        hint: 'This host may restart within the time of its watchdog',
        facts: { path },
        cause,
      });
    } finally {
      await device.close();
    }
  };
  pet();
  return { pet, disarm };
}

/** For writing only, and never made: an ordinary file in its place would watch nothing. */
async function openDevice(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_WRONLY);
  } catch (cause) {
    // ENXIO, ENODEV: the node is there and no driver behind it.
    if (['ENOENT', 'ENOTDIR', 'ENXIO', 'ENODEV'].includes(systemCode(cause) ?? '')) return undefined;
    throw new MachineError('HOST_UNFIT', `Cannot open the watchdog ${path}: ${messageOf(cause)}`, {
      ...(systemCode(cause) === 'EBUSY' && {
        hint: 'Another program holds it, perhaps systemd (RuntimeWatchdogSec=) or watchdogd',
      }),
      facts: { path },
      cause,
    });
  }
}
