/**
 * Certificates that were made by hand (`quorate repair-crypto`), as far as this host took part: no change of the configuration
 * could tell of them. Whoever is master names the certificate that a node shows if it is one of these.
 */
import type { NodeUuid } from '@quorate/domain/roster';
import { filledText, listOf, mapOf, parseShaped } from '@quorate/domain/shape';
import { ensureText, type State } from './state.ts';

/** SHA-256, lower-case hex, by node; newest last. */
export type Repairs = Readonly<Record<NodeUuid, readonly string[]>>;

/** Who is repaired again and again shows the last. */
const rememberedPerNode = 8;

/** Throws STATE_CORRUPT. */
export async function readRepairs({ files, layout }: State): Promise<Repairs> {
  const { path } = layout.repairs;
  const json = await files.readText(path);
  return json === undefined ? {} : (parseShaped(json, repairsShape, path, 'STATE_CORRUPT') as Repairs);
}

/** One more for each of these nodes. */
export async function noteRepairs(state: State, news: Readonly<Record<NodeUuid, string>>): Promise<Repairs> {
  const repairs: Record<NodeUuid, readonly string[]> = { ...(await readRepairs(state)) };
  for (const [node, sha256] of Object.entries(news)) {
    const earlier = (repairs[node] ?? []).filter((each) => each !== sha256);
    repairs[node] = [...earlier, sha256].slice(-rememberedPerNode);
  }
  await ensureText(state, state.layout.repairs, `${JSON.stringify(repairs)}\n`);
  return repairs;
}

const repairsShape = mapOf(listOf(filledText));
