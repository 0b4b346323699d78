// Prints src/model.ts: the types of schema/cloudevent-1.schema.json.
import { readFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const BANNER = "// Made by `make events` from schema/cloudevent-1.schema.json.";

const schema = JSON.parse(readFileSync(new URL("../schema/cloudevent-1.schema.json", import.meta.url), "utf8"));

/** Names the types of properties: a reference with a description would become a second type, `Failure1` beside `Failure`. */
function named(node) {
  if (node === null || typeof node !== "object") return node;
  if (Array.isArray(node)) return node.map(named);
  const members = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, named(value)]));
  const { $ref, ...rest } = members;
  if ($ref !== undefined) return { ...rest, tsType: $ref.split("/").at(-1) };
  // An object of whatever members, and a value of whatever type.
  if (members.type === "object" && !members.properties) return { ...rest, tsType: "Record<string, unknown>" };
  if (Array.isArray(members.type)) return { ...rest, tsType: "unknown" };
  return members;
}

const { $defs, ...envelope } = named(schema);
envelope.title = "Envelope";
// The types of events have them: which event has which of them depends on its type.
for (const key of ["type", "data", "data_base64", "dataref", "unreadable"]) delete envelope.properties[key];
envelope.required = envelope.required.filter((key) => key in envelope.properties);
envelope.description = "What every event has around its data: the attributes of CloudEvents.";
// What a consumer reads first comes first.
const { MediaEvent, ...others } = $defs;

const types = await compile({ ...envelope, $defs: { MediaEvent, ...others } }, "Envelope", {
  additionalProperties: false,
  bannerComment: BANNER,
  unknownAny: true,
  unreachableDefinitions: true,
});
process.stdout.write(types.replaceAll(/ \*\n \* This interface was referenced by .*\n \* via .*\n/g, ""));
