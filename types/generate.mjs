// Makes types of the JSON Schemas: without an argument it prints src/model.ts, the event; `vendor` writes src/vendor/, the vendors'
// events, one module for each product.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const SCHEMA = new URL("../schema/", import.meta.url);
const VENDOR = new URL("src/vendor/", import.meta.url);

const read = (name) => JSON.parse(readFileSync(new URL(name, SCHEMA), "utf8"));

/** The name of what a reference leads to. */
const target = ($ref) => $ref.split("/").at(-1);

/** The types of a schema's definitions, in their order. */
async function typesOf(schema, name, bannerComment) {
  const options = { additionalProperties: false, bannerComment, unknownAny: true, unreachableDefinitions: true };
  const types = await compile(schema, name, options);
  const referenced = String.raw` \* This interface was referenced by .*\n \* via .*\n`;
  return types.replaceAll(new RegExp(`/\\*\\*\n${referenced} \\*/\n| \\*\n${referenced}`, "g"), "");
}

/** Names the types of properties: a reference with a description would become a second type, `Failure1` beside `Failure`. */
function named(node) {
  if (node === null || typeof node !== "object") return node;
  if (Array.isArray(node)) return node.map(named);
  const members = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, named(value)]));
  const { $ref, ...rest } = members;
  if ($ref !== undefined) return { ...rest, tsType: target($ref) };
  // An object of whatever members, and a value of whatever type.
  if (members.type === "object" && !members.properties) return { ...rest, tsType: "Record<string, unknown>" };
  if (Array.isArray(members.type)) return { ...rest, tsType: "unknown" };
  return members;
}

/** src/model.ts */
async function model() {
  const { $defs, ...envelope } = named(read("cloudevent-1.schema.json"));
  envelope.title = "Envelope";
  // The types of events have them: which event has which of them depends on its type.
  for (const key of ["type", "data", "data_base64", "dataref", "unreadable"]) delete envelope.properties[key];
  envelope.required = envelope.required.filter((key) => key in envelope.properties);
  envelope.description = "What every event has around its data: the attributes of CloudEvents.";
  // What a consumer reads first comes first.
  const { MediaEvent, ...others } = $defs;
  const banner = "// Made by `make events` from schema/cloudevent-1.schema.json.";
  return typesOf({ ...envelope, $defs: { MediaEvent, ...others } }, "Envelope", banner);
}

/** What vendors write a leaf as, which is a type of its own in each module. */
const LEAVES = {
  '["string","number","boolean","null"]': "Text",
  '["integer","string","null"]': "Numeric",
  '["number","string","null"]': "Numeric",
};
const ALIASES = `/** A text, which the vendor may write as a number. */
export type Text = string | number | boolean | null;

/** A number, which the vendor may write as a text. */
export type Numeric = number | string | null;
`;

/** The type of a vendor's value. */
function typeOf(schema) {
  const { $ref, anyOf, type, items, enum: values } = schema;
  if ($ref !== undefined) return target($ref);
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(" | ");
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  // A value of whatever type.
  if (type === undefined) return "unknown";
  const of = (one) => (one === "array" ? `(${typeOf(items)})[]` : one === "integer" ? "number" : one);
  const types = [type].flat();
  return LEAVES[JSON.stringify(type)] ?? types.map(of).join(" | ");
}

/** Patterns of names, and which names these are in TypeScript. */
const PATTERNS = { "^[A-Za-z]+(Info|_info)$": ["`${string}Info`", "`${string}_info`"] };

/** A struct of a vendor's. The types of its members stand in its definition as they are. */
function struct({ description, properties, patternProperties }) {
  const indexes = Object.entries(patternProperties ?? {}).flatMap(([pattern, schema]) =>
    PATTERNS[pattern].map((names) => `[name: ${names}]: ${typeOf(schema)};`));
  const index = indexes.length > 0 ? `{ ${indexes.join(" ")} }` : "Record<string, unknown>";
  if (properties === undefined) return { description, tsType: index };
  const member = (schema) => ({ description: schema.description, tsType: typeOf(schema) });
  const members = Object.entries(properties).map(([name, schema]) => [name, member(schema)]);
  const own = { type: "object", description, properties: Object.fromEntries(members) };
  return indexes.length > 0 ? { description, allOf: [own, { tsType: index }] } : own;
}

/** A vendor's event: what is common to events, and what is its own. */
function event({ title, $ref, anyOf, allOf, properties }) {
  if ($ref !== undefined || anyOf !== undefined) return { title: undefined, tsType: typeOf({ $ref, anyOf }) };
  if (allOf === undefined) return struct({ description: title, properties });
  const own = properties === undefined ? [] : [struct({ properties })];
  return { allOf: [...allOf.map((schema) => ({ tsType: typeOf(schema) })), ...own] };
}

/** src/vendor/<product>.ts */
async function vendor(product, files) {
  const { $defs } = read(`vendor/${product}.schema.json`);
  const structs = Object.entries($defs).map(([name, schema]) => [name, struct(schema)]);
  const names = files.map((file) => file.split(".")[1]);
  const events = files.map((file, at) => [names[at], event(read(`vendor/${file}`))]);
  const banner = `// Made from schema/vendor/${product}.*.schema.json.\n\n${ALIASES}`;
  const all = {
    type: "object",
    description: `The events of ${product}, by the vendor's names.`,
    properties: Object.fromEntries(names.map((name) => [name, { tsType: name }])),
    required: names,
  };
  const types = await typesOf({ ...all, $defs: Object.fromEntries([...structs, ...events]) }, "Events", banner);
  // The events of all jobs of Cloud Infinite are of one type; their names say which job it is.
  return types.replace("  TaskFinish: TaskFinish;", "  [name: `TaskFinish/${string}`]: TaskFinish;");
}

async function vendors() {
  rmSync(VENDOR, { recursive: true, force: true });
  mkdirSync(VENDOR, { recursive: true });
  const products = Object.groupBy(readdirSync(new URL("vendor/", SCHEMA)).sort(), (file) => file.split(".")[0]);
  for (const [product, files] of Object.entries(products)) {
    const module = await vendor(product, files.filter((file) => file !== `${product}.schema.json`));
    writeFileSync(new URL(`${product}.ts`, VENDOR), module);
  }
}

if (process.argv[2] === "vendor") await vendors();
else process.stdout.write(await model());
