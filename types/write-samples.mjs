// Writes the events on standard input, one per line, as a TypeScript module that the compiler checks against the types, and so what
// the vendors sent. A module and not JSON, because the literals of imported JSON have the type `string`.
import { readFileSync } from "node:fs";

const events = readFileSync(0, "utf8").trimEnd().split("\n");
const isKnown = ({ data }) => data?.event !== undefined && data.kind !== "unknown";
const known = events.map((event) => JSON.parse(event)).filter(isKnown);
// What the samples have beside what is documented: Tencent Cloud VOD's nulls for the payloads of other events, and these.
const MORE = ["AppId", "Data", "ErrorCode ", "ErrorMessage ", "PullCompleteEvent", "RequestId", "SourceURL ", "Version", "WechatPublishComplete"];
const isMore = ({ product, event }, key) => MORE.includes(key) && !(product === "tencent-vod" && event === "PullComplete");
const own = (data) => Object.fromEntries(Object.entries(data.vendor).filter(([key, value]) => value !== null && !isMore(data, key)));
const vendors = known.map(({ data }, at) =>
  `export const vendor${at}: VendorEvents["${data.product}"]["${data.event}"] = ${JSON.stringify(own(data))};`);
console.log(`import type { CloudEvent, VendorEvents } from "../src/index.ts";
export const samples: CloudEvent[] = [
${events.join(",\n")},
];
${vendors.join("\n")}`);
