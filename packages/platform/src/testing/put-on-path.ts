/** A program that stands in for the real one of its name, for everything this process starts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a shell script into the directory and puts that first on the PATH; the answer takes it off again. */
export function putOnPath(directory: string, name: string, script: string): () => void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const before = process.env['PATH'];
  process.env['PATH'] = `${directory}:${before}`;
  return () => void (process.env['PATH'] = before);
}
