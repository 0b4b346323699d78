// Made by `make events` from schema/cloudevent-1.schema.json.

/**
 * What the vendor's own API says of an event that was asked about.
 */
export type Confirmation = "confirmed" | "unverifiable" | "contradicted";
/**
 * What an event is about; the middle of its `type`.
 */
export type Kind =
  | "upload"
  | "transcode"
  | "snapshot"
  | "edit"
  | "enhance"
  | "analysis"
  | "moderation"
  | "generation"
  | "workflow"
  | "asset"
  | "live"
  | "document"
  | "probe"
  | "unreadable"
  | "unknown";
/**
 * How an event came.
 */
export type Origin = "callback" | "queue" | "reconciled";
/**
 * How it ended; the end of an event's `type`.
 */
export type Outcome = "succeeded" | "failed" | "partial" | "canceled" | "running" | "unknown";
/**
 * A product that posts callbacks. Its slug names everything that belongs to it: function, folder of events, test data.
 */
export type Product = "aliyun-vod" | "aliyun-ims" | "tencent-ci" | "tencent-vod";
/**
 * What sort of file an output is.
 */
export type Role = "video" | "audio" | "image" | "subtitle" | "playlist" | "text" | "document" | "model" | "other";
/**
 * What a moderation advises.
 */
export type Verdict = "pass" | "review" | "block";

/**
 * What every event has around its data: the attributes of CloudEvents.
 */
export interface Envelope {
  /**
   * What the vendor's own API says of the event. Absent where nobody asked: that is a setting of the stack.
   */
  confirmation?: Confirmation;
  /**
   * `application/json`, or `application/octet-stream` for an unreadable body.
   */
  datacontenttype: "application/json" | "application/octet-stream";
  /**
   * Names the schema of `data`: `urn:mediahook:event:1`, with the model's major version. Absent for an unreadable body.
   */
  dataschema?: "urn:mediahook:event:1";
  /**
   * 32 lower-case hex digits made from the event's content, so that a redelivery has the same id.
   */
  id: string;
  /**
   * What the vendor knows the end of the job by, with its outcome: `tencent-vod/task/<id>/succeeded`. Events with the same
   * are one, whatever their ids, and published once. Only where the stack looks for events that are missing.
   */
  jobend?: string;
  /**
   * `true` on the event of a test, as `mediahook send` makes it; absent on all others.
   */
  mediahooktest?: true;
  /**
   * How the event came. Absent where the stack does not look for events that are missing: that is a setting of it.
   */
  origin?: Origin;
  /**
   * Who sent it: `/aliyun/vod`, `/aliyun/ims`, `/tencent/vod` or `/tencent/ci`.
   */
  source: "/aliyun/vod" | "/aliyun/ims" | "/tencent/ci" | "/tencent/vod";
  /**
   * Version of the `CloudEvents` specification: `1.0`.
   */
  specversion: "1.0";
  /**
   * The media that the event is about (its id, else `bucket/object`); where there is none, the job's id, else the id of the
   * only file that was made.
   */
  subject?: string;
  /**
   * When it happened: the vendor's event time, else its finish time, else the time of receipt.
   */
  time: string;
  /**
   * The vendor's own name of the event, verbatim; `TaskFinish/<Tag>` for a Cloud Infinite job.
   */
  vendorevent?: string;
}
/**
 * What happened, in one form for all products.
 */
export interface MediaEvent {
  /**
   * The vendor account's id.
   */
  account?: string;
  /**
   * What went wrong, where something failed.
   */
  error?: Failure;
  /**
   * The vendor's own name of the event, verbatim. Absent where the vendor gave none.
   */
  event?: string;
  /**
   * The ids of jobs that this event announces: their own callbacks follow.
   */
  follow_ups?: string[];
  /**
   * The job that the event reports.
   */
  job?: Job;
  /**
   * What it is about.
   */
  kind: Kind;
  /**
   * The input.
   */
  media?: Media;
  /**
   * How many items of lists, parts and files, are in `vendor` only: more than an event lists.
   */
  omitted?: number;
  /**
   * How it ended.
   */
  outcome: Outcome;
  /**
   * The files that the job made.
   */
  outputs?: Output[];
  /**
   * The product whose event this is.
   */
  product: Product;
  /**
   * What a moderation found.
   */
  review?: Review;
  /**
   * The vendor's own word for the outcome, verbatim.
   */
  status?: string;
  /**
   * The parts of a workflow or job, in the vendor's order.
   */
  steps?: Step[];
  /**
   * What the customer attached to the job: parsed where it is JSON, else the string.
   */
  user_data?: unknown;
  /**
   * The whole vendor event as JSON.
   */
  vendor?: Record<string, unknown>;
  /**
   * What a hidden watermark says that was looked for: whose the file is, or who leaked the copy.
   */
  watermark?: string;
  /**
   * The workflow that the job belongs to, or that ended.
   */
  workflow?: Workflow;
}
/**
 * What went wrong, in the vendor's words.
 */
export interface Failure {
  /**
   * Error code.
   */
  code?: string;
  /**
   * Error message.
   */
  message?: string;
}
/**
 * The vendor's unit of work.
 */
export interface Job {
  /**
   * When it was submitted.
   */
  created_at?: string;
  /**
   * When it ended.
   */
  finished_at?: string;
  /**
   * The vendor's id of the job or task.
   */
  id?: string;
  /**
   * Its name, or what it does where the vendor says only that.
   */
  name?: string;
  /**
   * The job that this one is a part of.
   */
  parent_id?: string;
  /**
   * Percent, 0 to 100.
   */
  progress?: number;
  /**
   * Queue or pipeline that it ran in.
   */
  queue_id?: string;
  /**
   * When work on it began.
   */
  started_at?: string;
  /**
   * Template that it was made from.
   */
  template_id?: string;
  /**
   * That template's name.
   */
  template_name?: string;
  /**
   * What started it, in the vendor's words.
   */
  trigger?: string;
}
/**
 * A media file or asset: the input of a job, or what an upload brought.
 */
export interface Media {
  /**
   * Bits per second.
   */
  bitrate?: number;
  /**
   * Storage bucket.
   */
  bucket?: string;
  /**
   * Seconds.
   */
  duration?: number;
  /**
   * When the vendor deletes it. Absent where the vendor keeps it, or does not say.
   */
  expires_at?: string;
  /**
   * Container format, in the vendor's words.
   */
  format?: string;
  /**
   * Frames per second.
   */
  fps?: number;
  /**
   * Pixels.
   */
  height?: number;
  /**
   * The vendor's id of the media asset or file.
   */
  id?: string;
  /**
   * MD5 of the file, hex.
   */
  md5?: string;
  /**
   * Key of the object in `bucket`.
   */
  object?: string;
  /**
   * Region of `bucket`.
   */
  region?: string;
  /**
   * Bytes.
   */
  size?: number;
  /**
   * Its title or file name.
   */
  title?: string;
  /**
   * Where it can be fetched.
   */
  url?: string;
  /**
   * Pixels.
   */
  width?: number;
}
/**
 * A file that was made.
 */
export interface Output {
  /**
   * Bits per second.
   */
  bitrate?: number;
  /**
   * Storage bucket.
   */
  bucket?: string;
  /**
   * Codec, in the vendor's words: of the picture, or of the sound where there is no picture.
   */
  codec?: string;
  /**
   * The vendor's name or number of the rendition.
   */
  definition?: string;
  /**
   * Seconds.
   */
  duration?: number;
  /**
   * When the vendor deletes the file. Absent where it keeps the file, or does not say.
   */
  expires_at?: string;
  /**
   * Container or file format, in the vendor's words.
   */
  format?: string;
  /**
   * Frames per second.
   */
  fps?: number;
  /**
   * Pixels.
   */
  height?: number;
  /**
   * The vendor's id of the media asset or file that was made, where it has one.
   */
  id?: string;
  /**
   * MD5 of the file, hex.
   */
  md5?: string;
  /**
   * Key of the object in `bucket`.
   */
  object?: string;
  /**
   * Region of `bucket`.
   */
  region?: string;
  /**
   * What sort of file it is.
   */
  role: Role;
  /**
   * Bytes.
   */
  size?: number;
  /**
   * Where it can be fetched.
   */
  url?: string;
  /**
   * Pixels.
   */
  width?: number;
}
/**
 * What a moderation found.
 */
export interface Review {
  /**
   * Who decided, where it was a person.
   */
  auditor?: string;
  /**
   * What was found, in the vendor's words.
   */
  label?: string;
  /**
   * Why, as the auditor wrote it.
   */
  reason?: string;
  /**
   * Confidence, on the vendor's scale (0 to 100 for all four products).
   */
  score?: number;
  /**
   * What to do with the media.
   */
  verdict?: Verdict;
}
/**
 * One part of a workflow or job.
 */
export interface Step {
  /**
   * What went wrong, where it failed.
   */
  error?: Failure;
  /**
   * What the vendor calls its work, verbatim.
   */
  event?: string;
  /**
   * When it ended.
   */
  finished_at?: string;
  /**
   * The vendor's id of the part.
   */
  id?: string;
  /**
   * What it is about.
   */
  kind: Kind;
  /**
   * The part's name.
   */
  name?: string;
  /**
   * How it ended.
   */
  outcome: Outcome;
  /**
   * The files that it made.
   */
  outputs?: Output[];
  /**
   * When work on it began.
   */
  started_at?: string;
  /**
   * The vendor's own word for the outcome, verbatim.
   */
  status?: string;
  /**
   * Template that it was made from.
   */
  template_id?: string;
  /**
   * That template's name.
   */
  template_name?: string;
}
/**
 * A workflow and one run of it.
 */
export interface Workflow {
  /**
   * The workflow's definition.
   */
  id?: string;
  /**
   * Its name.
   */
  name?: string;
  /**
   * This execution of it.
   */
  run_id?: string;
}
