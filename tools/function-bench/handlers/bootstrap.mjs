// The work of a receiving function, as one would write it for Node: verify, parse, and print the event's envelope. The loop at the
// end takes the place of AWS's own runtime, which has to be compiled.
//
// XML is parsed by a small function for the elements and text that Cloud Infinite sends: less work than any XML library does.

import { createHash, timingSafeEqual } from "node:crypto";
import { Agent, request as send } from "node:http";

const TOKENS = process.env.MEDIAHOOK_TOKENS.split(" ").map((token) => Buffer.from(token));
const SOURCE = "/bench";
const [HOST, PORT] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function response(statusCode, body) {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function handle(request) {
  const given = new URLSearchParams(request.rawQueryString ?? "").getAll("token").map((token) => Buffer.from(token));
  const isEqual = (one, other) => one.length === other.length && timingSafeEqual(one, other);
  if (!given.some((token) => TOKENS.some((known) => isEqual(token, known)))) {
    return response(401, { title: "Unauthorized", status: 401 });
  }
  const body = request.isBase64Encoded ? Buffer.from(request.body, "base64").toString() : (request.body ?? "");
  const vendor = body.startsWith("<") ? parseXml(body).Response : JSON.parse(body);
  process.stdout.write(JSON.stringify(envelope(vendor)) + "\n");
  return response(200, { stored: 1 });
}

function parseXml(text) {
  const root = {};
  const open = [{ value: root, text: "" }];
  for (const [, close, name, behind] of text.matchAll(/<(\/?)([^>\s]+)>([^<]*)/g)) {
    if (!close) {
      open.push({ name, value: {}, text: behind });
      continue;
    }
    const { value, text: content } = open.pop();
    const own = Object.keys(value).length > 0 ? value : unescapeXml(content);
    const parent = open.at(-1).value;
    parent[name] = name in parent ? [].concat(parent[name], own) : own;
  }
  return root;
}

function unescapeXml(text) {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" })[name]);
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

function envelope(vendor) {
  const workflow = vendor.WorkflowExecution ?? {};
  const parts = [].concat(vendor.StreamInfos ?? workflow.Tasks ?? []);
  const status = vendor.Status ?? workflow.State ?? "";
  const outcome = ["success", "succeed"].includes(status.toLowerCase()) ? "succeeded" : "failed";
  const kind = vendor.WorkflowExecution ? "workflow" : "transcode";
  return {
    specversion: "1.0",
    id: createHash("sha256").update(JSON.stringify(sorted(vendor))).digest("hex").slice(0, 32),
    source: SOURCE,
    type: `media.${kind}.${outcome}`,
    subject: vendor.VideoId ?? workflow.RunId,
    time: vendor.EventTime,
    datacontenttype: "application/json",
    vendorevent: vendor.EventType ?? vendor.EventName,
    data: { kind, outcome, status, steps: parts.map(partOf), vendor },
  };
}

function partOf(part) {
  return {
    id: part.JobId,
    status: part.Status ?? part.State,
    url: part.FileUrl,
    size: number(part.Size),
    duration: number(part.Duration),
    width: number(part.Width),
    height: number(part.Height),
  };
}

function number(text) {
  return text === undefined ? undefined : Number(text);
}

const agent = new Agent({ keepAlive: true, maxSockets: 1, noDelay: true });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = send({ agent, host: HOST, port: PORT, method, path: `/2018-06-01/runtime/invocation/${path}` }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

for (;;) {
  const { headers, body } = await call("GET", "next");
  await call("POST", `${headers["lambda-runtime-aws-request-id"]}/response`, JSON.stringify(handle(JSON.parse(body))));
}
