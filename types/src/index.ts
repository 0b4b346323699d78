/** Types of Mediahook's events, and what a consumer does with them. */

import { type CloudEvent, dataOf } from "./event.js";
import type { MediaEvent, Output } from "./model.js";

export type {
  CloudEvent,
  EventBridgeEvent,
  EventOf,
  EventType,
  InlineEvent,
  LargeEvent,
  ReadKind,
  UnreadableEvent,
} from "./event.js";
export type * from "./model.js";
export { vendorEvent, type VendorEventName, type VendorEvents } from "./vendor.js";

/** What `fetchData` needs of an S3 client. `new S3()` of `@aws-sdk/client-s3` is one. */
export interface ObjectStore {
  getObject(input: { Bucket: string; Key: string }): Promise<{ Body?: { transformToString(): Promise<string> } | undefined }>;
}

/**
 * All files that an event reports: its outputs, and those of its steps.
 *
 * @throws {Error} The event is a large one: give what `fetchData` returns.
 */
export function files(event: CloudEvent | MediaEvent): Output[] {
  const data = dataOf(event);
  if (data === undefined) return [];
  return [...(data.outputs ?? []), ...(data.steps ?? []).flatMap((step) => step.outputs ?? [])];
}

/** The data of an event: what is in it, or what its `dataref` names. `undefined` of an unreadable body. */
export async function fetchData(event: CloudEvent, store: ObjectStore): Promise<MediaEvent | undefined> {
  if (event.unreadable !== undefined) return undefined;
  if (event.dataref === undefined) return event.data;
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(event.dataref) ?? [];
  if (bucket === undefined || key === undefined) throw new Error("dataref is no address of an object in S3");
  const { Body } = await store.getObject({ Bucket: bucket, Key: key });
  if (Body === undefined) throw new Error("the object that dataref names has no body");
  return JSON.parse(await Body.transformToString()) as MediaEvent;
}

/** Whether a person or a test has sent the event, and no vendor. */
export function isTest(event: CloudEvent): boolean {
  return event.mediahooktest === true;
}
