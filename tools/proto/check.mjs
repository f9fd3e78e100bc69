/**
 * Checks the contract: generated types up to date, written as agreed, no change that breaks running nodes.
 *
 * `--accept` makes the present contract the baseline (proto/baseline.json): for a release, or for a break that
 * was decided on. Exit code 1 if anything was found.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  generatedDirectory,
  generateInto,
  projectRoot,
  protoDirectory,
  readContract,
  readGenerated,
} from './contract.mjs';
import { breakingChanges, shapeOf, styleFindings } from './rules.mjs';

const baselineFile = path.join(protoDirectory, 'baseline.json');

/** Names of generated files that are missing, too many or different. */
async function staleFiles() {
  const scratch = await mkdtemp(path.join(projectRoot, 'packages/rpc/out-gen-'));
  try {
    await generateInto(scratch);
    const [wanted, present] = [await readGenerated(scratch), await readGenerated(generatedDirectory)];
    const names = [...new Set([...wanted.keys(), ...present.keys()])];
    return names
      .filter((name) => wanted.get(name) !== present.get(name))
      .map((name) => `generated ${name} is not up to date; run: node tools/proto/generate.mjs`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const folderOf = (thing) => path.dirname(path.relative(protoDirectory, thing.filename));

async function broken(shape) {
  const baseline = await readFile(baselineFile, 'utf8').catch(() => undefined);
  if (baseline === undefined)
    return [`${path.relative(projectRoot, baselineFile)} is missing; run with --accept`];
  return breakingChanges(JSON.parse(baseline), shape).map((change) => `breaks running nodes: ${change}`);
}

const contract = await readContract();
const shape = shapeOf(contract);
if (process.argv.includes('--accept')) await writeFile(baselineFile, `${JSON.stringify(shape, null, 2)}\n`);

const findings = [...styleFindings(contract, folderOf), ...(await broken(shape)), ...(await staleFiles())];
for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exitCode = 1;
else console.log(`The contract is in order: ${Object.keys(shape.services).length} services`);
