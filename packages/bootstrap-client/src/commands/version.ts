/** `quorate version`: what software this is. */
import { configurationFormat } from '@quorate/domain/configuration';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import type { GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

export default function version(options: GlobalOptions): Promise<number> {
  const value = {
    software: softwareVersion,
    protocol: protocolVersion,
    configurationFormat,
    node: process.version,
  };
  printResult(options, value, [
    `Software version: ${softwareVersion}`,
    `Protocol version: ${protocolVersion}`,
    `Configuration format: ${configurationFormat}`,
    `Node.js: ${process.version}`,
  ]);
  return Promise.resolve(0);
}
