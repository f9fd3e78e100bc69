/** Writes packages/rpc/src/gen from proto/. `tools/proto/check.mjs` says whether that is needed. */
import { generatedDirectory, generateInto } from './contract.mjs';

await generateInto(generatedDirectory);
