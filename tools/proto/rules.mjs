/**
 * The rules of the contract, over what contract.mjs read: how it is to be written, and which changes would
 * break nodes that still run an older version. Pure: each rule looks and returns sentences.
 */

/** Files whose names and shapes are gRPC's and Google's, not ours. */
const ours = (name) => name.startsWith('quorate.');

const kinds = { Type: 'messages', Enum: 'enums', Service: 'services' };

/** Everything of a kind in the tree, by full name without the leading dot. */
function collect(root) {
  const found = { messages: new Map(), enums: new Map(), services: new Map() };
  const visit = (thing) => {
    const kind = kinds[thing.constructor.className];
    if (kind !== undefined) found[kind].set(thing.fullName.slice(1), thing);
    for (const nested of thing.nestedArray ?? []) visit(nested);
  };
  visit(root);
  return found;
}

const resolvedName = (method, side) => method[side].fullName.slice(1);

function serviceFindings(name, service) {
  const findings = [];
  if (!name.endsWith('Service')) findings.push(`service ${name}: its name does not end in Service`);
  if (!service.comment) findings.push(`service ${name}: says nothing of what it is for`);
  for (const method of service.methodsArray) findings.push(...methodFindings(name, method));
  return findings;
}

function methodFindings(serviceName, method) {
  const at = `rpc ${serviceName}/${method.name}`;
  const findings = [];
  if (!method.comment)
    findings.push(`${at}: no comment says what it changes, whether to repeat it, how it fails`);
  const names = [method.requestType, method.responseType];
  const expected = [`${method.name}Request`, `${method.name}Response`];
  names.forEach((name, i) => {
    if (name !== expected[i]) findings.push(`${at}: uses ${name}, its own would be ${expected[i]}`);
  });
  return findings;
}

/** A package quorate.node.v1 lives in the folder quorate/node/v1. */
function placeFindings(name, thing, folderOf) {
  const packageName = packageOf(thing);
  const folder = folderOf(thing);
  if (folder === packageName.replaceAll('.', '/')) return [];
  return [`${name}: package ${packageName} does not belong into the folder ${folder}`];
}

/** The innermost namespace that is nothing more than a namespace. */
function packageOf(thing) {
  let parent = thing.parent;
  while (parent.constructor.className !== 'Namespace') parent = parent.parent;
  return parent.fullName.slice(1);
}

function enumFindings(name, values) {
  const prefix = `${name
    .slice(name.lastIndexOf('.') + 1)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()}_`;
  return Object.entries(values)
    .filter(
      ([value, number]) => !value.startsWith(prefix) || (number === 0 && value !== `${prefix}UNSPECIFIED`),
    )
    .map(([value]) => `enum ${name}: ${value} should begin with ${prefix}, and 0 be ${prefix}UNSPECIFIED`);
}

/** What is wrong with how the contract is written. `folderOf` tells in which folder of proto/ a thing stands. */
export function styleFindings(root, folderOf) {
  const { messages, enums, services } = collect(root);
  const mine = (map) => [...map].filter(([name]) => ours(name));
  return [
    ...mine(services).flatMap(([name, service]) => serviceFindings(name, service)),
    ...mine(enums).flatMap(([name, { values }]) => enumFindings(name, values)),
    ...[...mine(services), ...mine(messages)].flatMap(([name, thing]) =>
      placeFindings(name, thing, folderOf),
    ),
  ];
}

const shapeOfField = (field) =>
  [
    field.map ? `map<${field.keyType},${field.resolvedType?.fullName.slice(1) ?? field.type}>` : '',
    field.repeated ? 'repeated' : '',
    field.partOf && !field.options?.proto3_optional ? `oneof ${field.partOf.name}` : '',
    field.map ? '' : (field.resolvedType?.fullName.slice(1) ?? field.type),
    field.name,
  ]
    .filter(Boolean)
    .join(' ');

const sorted = (entries) => Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

const shapeOfMessage = ({ fieldsArray, reserved }) => ({
  fields: sorted(fieldsArray.map((field) => [String(field.id), shapeOfField(field)])),
  ...(reserved?.length ? { reserved: reserved.flat().map(String) } : {}),
});

const shapeOfMethod = (method) =>
  `${resolvedName(method, 'resolvedRequestType')} -> ` +
  `${method.responseStream ? 'stream ' : ''}${resolvedName(method, 'resolvedResponseType')}`;

const shapeOfService = ({ methodsArray }) =>
  sorted(methodsArray.map((method) => [method.name, shapeOfMethod(method)]));

const shapesOf = (map, shape) => sorted([...map].map(([name, thing]) => [name, shape(thing)]));

/** What two versions of the software must agree on; this is what is kept as baseline. */
export function shapeOf(root) {
  const { messages, enums, services } = collect(root);
  return {
    services: shapesOf(services, shapeOfService),
    messages: shapesOf(messages, shapeOfMessage),
    enums: shapesOf(enums, ({ values }) =>
      sorted(Object.entries(values).map(([name, id]) => [String(id), name])),
    ),
  };
}

function changes(what, before, now, excused = () => false) {
  return Object.entries(before).flatMap(([key, shape]) => {
    if (now[key] === shape) return [];
    if (now[key] !== undefined) return [`${what} ${key}: was "${shape}", is "${now[key]}"`];
    return excused(key) ? [] : [`${what} ${key}: "${shape}" is gone`];
  });
}

const goneOf = (what, before, now) =>
  Object.keys(before)
    .filter((name) => now[name] === undefined)
    .map((name) => `${what} ${name} is gone`);

const inBoth = (before, now) => Object.keys(before).filter((name) => now[name] !== undefined);

/** Changes that break a node of the version the baseline stands for. Additions break nobody. */
export function breakingChanges(before, now) {
  return [
    ...goneOf('service', before.services, now.services),
    ...goneOf('message', before.messages, now.messages),
    ...goneOf('enum', before.enums, now.enums),
    ...inBoth(before.services, now.services).flatMap((name) =>
      changes(`rpc ${name}`, before.services[name], now.services[name]),
    ),
    // A field may go if its number is reserved: an older node then reads the default.
    ...inBoth(before.messages, now.messages).flatMap((name) =>
      changes(`field ${name}`, before.messages[name].fields, now.messages[name].fields, (id) =>
        (now.messages[name].reserved ?? []).includes(id),
      ),
    ),
    ...inBoth(before.enums, now.enums).flatMap((name) =>
      changes(`value ${name}`, before.enums[name], now.enums[name]),
    ),
  ];
}
