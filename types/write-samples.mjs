// Writes the events on standard input, one per line, as a TypeScript module that the compiler checks against the types.
// A module and not JSON, because the literals of imported JSON have the type `string`.
import { readFileSync } from "node:fs";

const events = readFileSync(0, "utf8").trimEnd().split("\n");
console.log(`import type { CloudEvent } from "../src/index.ts";
export const samples: CloudEvent[] = [
${events.join(",\n")},
];`);
