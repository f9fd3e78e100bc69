/**
 * The list of behaviours as a value: what `test/behaviours.md` says, one entry per line, and what it excuses.
 *
 * Nothing here looks at tests; a line that fits nowhere is a complaint and not passed over.
 */

/** As a behaviour is cited in a test: `BEH-055`. */
export type BehaviourId = string;

export interface Behaviour {
  readonly id: BehaviourId;
  /** The letter of its section. */
  readonly section: string;
  /** `seed` if it follows from Ganeti's bootstrap module, `beyond` if it goes further. */
  readonly tag: string;
  readonly text: string;
}

export interface Excuse {
  readonly id: BehaviourId;
  /** The heading it stands under: not built yet, does not apply, … */
  readonly kind: string;
  readonly reason: string;
}

export interface BehaviourList {
  /** Letter → title, in the order of the file. */
  readonly sections: ReadonlyMap<string, string>;
  readonly behaviours: readonly Behaviour[];
  readonly excuses: readonly Excuse[];
  readonly complaints: readonly string[];
}

const sectionLine = /^## ([A-Z])\. (.+)$/;
const behaviourLine = /^- (BEH-\d{3}) \[(seed|beyond)\] (.+)$/;
const kindLine = /^### (.+)$/;
const excuseLine = /^- (BEH-\d{3}): (.+)$/;

export function parseBehaviours(markdown: string): BehaviourList {
  const sections = new Map<string, string>();
  const behaviours: Behaviour[] = [];
  const excuses: Excuse[] = [];
  const misfits: string[] = [];
  let [section, kind] = ['', ''];

  for (const line of markdown.split('\n')) {
    const [, letter, title = ''] = sectionLine.exec(line) ?? [];
    const [, heading] = kindLine.exec(line) ?? [];
    const [, id, tag = '', text = ''] = behaviourLine.exec(line) ?? [];
    const [, excused, reason = ''] = excuseLine.exec(line) ?? [];
    if (letter) sections.set((section = letter), title);
    else if (heading) kind = heading.toLowerCase();
    else if (id) behaviours.push({ id, section, tag, text });
    else if (excused) excuses.push({ id: excused, kind, reason });
    else if (line.startsWith('- ')) misfits.push(`Not a line of the list: ${line}`);
  }
  return { sections, behaviours, excuses, complaints: [...misfits, ...complaintsOf(behaviours, excuses)] };
}

function complaintsOf(behaviours: readonly Behaviour[], excuses: readonly Excuse[]): readonly string[] {
  const known = new Set(behaviours.map(({ id }) => id));
  return [
    ...repeated(behaviours).map((id) => `${id} is listed twice`),
    ...repeated(excuses).map((id) => `${id} is excused twice`),
    ...excuses.filter(({ id }) => !known.has(id)).map(({ id }) => `${id} is excused and not listed`),
  ];
}

const repeated = (entries: readonly { readonly id: BehaviourId }[]): readonly BehaviourId[] =>
  entries.map(({ id }) => id).filter((id, place, ids) => ids.indexOf(id) !== place);
