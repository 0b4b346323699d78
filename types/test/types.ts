// What compiles, and what does not: a line below `@ts-expect-error` that compiles is an error itself.
import { S3 } from "@aws-sdk/client-s3";
import { vendorEvent } from "mediahook-events";
import type { CloudEvent, EventBridgeEvent, EventOf, EventType, MediaEvent, ObjectStore, Output, VendorEventName } from "mediahook-events";
import type { FileUploadTask } from "mediahook-events/vendor/tencent-vod";

declare const event: CloudEvent;

// The type says which data there is.
if (event.type === "media.transcode.failed" && event.data) {
  const kind: "transcode" = event.data.kind;
  const outcome: "failed" = event.data.outcome;
  // @ts-expect-error: another kind
  const other: "upload" = event.data.kind;
  void [kind, outcome, other];
}
// @ts-expect-error: a misspelt type
if (event.type === "media.transcode.succeded") void event;
// @ts-expect-error: no such kind
const misspelt: EventType = "media.transcodes.failed";

// So does the kind, of the data.
function verdict(data: NonNullable<CloudEvent["data"]>): string | undefined {
  switch (data.kind) {
    case "moderation":
      return data.review?.verdict;
    // @ts-expect-error: no such kind
    case "moderated":
      return undefined;
    default:
      return data.status;
  }
}

// Where there is no data there may be a reference, and an unreadable event has neither.
if (event.unreadable !== undefined) {
  const type: "media.unreadable.unknown" = event.type;
  const none: undefined = event.data;
  void [type, none];
} else if (event.dataref !== undefined) {
  const reference: string = event.dataref;
  void reference;
} else {
  const data: MediaEvent = event.data;
  void data;
}
// @ts-expect-error: absent unless it is asked for
const certain: MediaEvent = event.data;

// On the bus, `detail-type` is the type of `detail`.
declare const onBus: EventBridgeEvent;
if (onBus["detail-type"] === "media.snapshot.succeeded") {
  const type: "media.snapshot.succeeded" = onBus.detail.type;
  void type;
}
export const handler = async ({ detail }: EventBridgeEvent<"media.upload.succeeded">): Promise<string | undefined> => detail.subject;
// @ts-expect-error: no rule of this handler matches it
type Narrowed = EventBridgeEvent<"media.uploaded">;

const upload: EventOf<"media.upload.succeeded">["type"] = "media.upload.succeeded";
const role: Output["role"] = "video";
// @ts-expect-error: no such role
const noRole: Output["role"] = "movie";

// The client of the AWS SDK is what fetchData takes.
const store: ObjectStore = new S3();

void [misspelt, verdict, certain, upload, role, noRole, store, undefined as Narrowed | undefined];

// What the vendor sent has the type of its product and name.
const uploaded = vendorEvent(event, "tencent-vod", "NewFileUpload");
const file: FileUploadTask | null | undefined = uploaded?.FileUploadEvent;
const size: number | string | null | undefined = vendorEvent(event, "aliyun-vod", "FileUploadComplete")?.Size;
const names: VendorEventName[] = ["TaskFinish/Transcode", "ReviewImage", "FileUploadComplete"];
void [file, size, names, vendorEvent(event, "tencent-ci", "TaskFinish/Transcode")?.JobsDetail];
// @ts-expect-error: an event of the other product
vendorEvent(event, "aliyun-vod", "NewFileUpload");
// @ts-expect-error: misspelt
void uploaded?.FileUploadEvnt;
// @ts-expect-error: no such event
const unknownName: VendorEventName<"aliyun-ims"> = "SnapshotCompleted";
