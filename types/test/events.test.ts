// What the package does with the events of all samples, as it is packed and installed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { S3 } from "@aws-sdk/client-s3";
import type * as Package from "../src/index.ts";
import { samples } from "./samples.ts";

type Read = Extract<Package.CloudEvent, { data: object }>;
const isRead = (event: Package.CloudEvent): event is Read => event.data !== undefined;
const read = samples.filter(isRead);

const compiler = join(import.meta.dirname, "../node_modules/typescript/bin/tsc");
const folder = mkdtempSync(join(tmpdir(), "mediahook-events-"));
let { files, fetchData, isTest, vendorEvent }: Partial<typeof Package> = {};
let server: Server;
let s3: S3;
/** What the server has, by `/<bucket>/<key>`. */
const objects = new Map<string, string>();

before(async () => {
  const run = (...args: string[]) => execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [{ filename }] = JSON.parse(run("pack", "--json", "--silent", import.meta.dirname + "/..")) as [{ filename: string }];
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  run("install", "--offline", "--no-audit", `./${filename}`);
  writeFileSync(join(folder, "import.js"), 'export * from "mediahook-events";');
  ({ files, fetchData, isTest, vendorEvent } = (await import(join(folder, "import.js"))) as typeof Package);

  server = createServer((request, response) => {
    const object = objects.get(new URL(request.url ?? "", "http://localhost").pathname);
    response.writeHead(object === undefined ? 404 : 200).end(object);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  s3 = new S3({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "eu-central-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
});

after(() => {
  s3.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

/** The event as the bus has it where it is too large. */
function large(event: Read): Package.CloudEvent {
  const { data, ...envelope } = event;
  const key = `${data.product}/${event.id}`;
  objects.set(`/large/${key}`, JSON.stringify(data));
  return { ...envelope, dataref: `s3://large/${key}` } as Package.CloudEvent;
}

/** All objects that have a `role`, wherever they are: what `files` has to find, found in another way. */
function withRole(value: unknown): unknown[] {
  if (value === null || typeof value !== "object") return [];
  if ("role" in value) return [value];
  return Object.entries(value).flatMap(([key, member]) => (key === "vendor" || key === "user_data" ? [] : withRole(member)));
}

test("files of an event are its own and those of its steps", () => {
  assert.ok(read.some(({ data }) => data.outputs?.length) && read.some(({ data }) => data.steps?.some((step) => step.outputs)));
  for (const event of read) {
    const expected = withRole(event.data);
    assert.equal(files!(event).length, expected.length, event.id);
    assert.deepEqual(new Set(files!(event)), new Set(expected), event.id);
    assert.deepEqual(files!(event.data), files!(event), event.id);
  }
});

test("a consumer's code compiles with the package", () => {
  const compile = (line: string) => {
    writeFileSync(join(folder, "consumer.ts"), `import type { EventType, Output } from "mediahook-events";\n${line}`);
    execFileSync(process.execPath, [compiler, "--strict", "--noEmit", "--module", "nodenext", "consumer.ts"], { cwd: folder });
  };
  compile('export const type: EventType = "media.upload.succeeded"; export const file: Output = { role: "video" };');
  assert.throws(() => compile('export const type: EventType = "media.uploaded";'));
  const vendor = 'import type { VendorEvents } from "mediahook-events"; import type { Envelope } from "mediahook-events/vendor/aliyun-ims";';
  compile(`${vendor} declare const event: VendorEvents["aliyun-ims"]["SnapshotComplete"]; export const head: Envelope = event;`);
  assert.throws(() => compile(`${vendor} declare const event: VendorEvents["aliyun-ims"]["SnapshotComplete"]; export const { MessageBdy } = event;`));
});

test("what the vendor sent is found by its name", () => {
  for (const event of read) {
    const { product, event: name, vendor } = event.data;
    if (name === undefined) continue;
    const find = vendorEvent! as (event: unknown, product: string, name: string) => unknown;
    assert.equal(find(event, product, name), vendor, event.id);
    assert.equal(find(event.data, product, name), vendor, event.id);
    assert.equal(find(event, product, `${name}s`), undefined);
    assert.equal(find(event, product === "tencent-ci" ? "tencent-vod" : "tencent-ci", name), undefined);
  }
});

test("the type of an event is that of its data", () => {
  for (const { type, data } of read) assert.equal(type, `media.${data.kind}.${data.outcome}`);
});

test("data of a large event is fetched from S3", async () => {
  for (const event of read.slice(0, 20)) {
    assert.deepEqual(await fetchData!(event, s3), event.data);
    assert.deepEqual(await fetchData!(large(event), s3), event.data);
  }
  const event = large(read[0]!);
  assert.throws(() => files!(event), /fetchData/);
  assert.throws(() => vendorEvent!(event, "tencent-vod", "NewFileUpload"), /fetchData/);
  objects.clear();
  await assert.rejects(fetchData!(event, s3));
  await assert.rejects(fetchData!({ ...event, dataref: "https://example.com/" } as Package.CloudEvent, s3), /dataref/);
});

test("an unreadable event has no data and no files", async () => {
  const { data: _, ...envelope } = read[0]!;
  const event = {
    ...envelope,
    type: "media.unreadable.unknown",
    datacontenttype: "application/octet-stream",
    unreadable: "broken JSON at byte 1",
    data_base64: "ew==",
  } satisfies Package.CloudEvent;
  assert.equal(await fetchData!(event, s3), undefined);
  assert.deepEqual(files!(event), []);
});

test("what the vendor says is told", () => {
  const event: Package.CloudEvent = { ...read[0]!, confirmation: "contradicted" };
  const word: Package.Confirmation | undefined = event.confirmation;
  assert.equal(word, "contradicted");
  // @ts-expect-error It is no word for it.
  const other: Package.CloudEvent = { ...read[0]!, confirmation: "doubted" };
  assert.notEqual(other.confirmation, "contradicted");
});

test("how an event came is told", () => {
  const event: Package.CloudEvent = { ...read[0]!, origin: "reconciled", jobend: "tencent-vod/task/1/succeeded" };
  const origin: Package.Origin | undefined = event.origin;
  assert.equal(origin, "reconciled");
  // @ts-expect-error It is no word for it.
  const other: Package.CloudEvent = { ...read[0]!, origin: "pigeon" };
  assert.notEqual(other.origin, "reconciled");
});

test("a test event is told", () => {
  assert.equal(isTest!(read[0]!), false);
  assert.equal(isTest!({ ...read[0]!, mediahooktest: true }), true);
});
