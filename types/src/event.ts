/** The events, by type. */

import type { Envelope, Kind, MediaEvent, Outcome, Product } from "./model.js";

/** What an event is about, of those that have `data`. */
export type ReadKind = Exclude<Kind, "unreadable">;

/** The type of an event: `media.<kind>.<outcome>`. */
export type EventType = `media.${ReadKind}.${Outcome}` | "media.unreadable.unknown";

/** The event of one kind and outcome, with its data in it. */
export interface InlineEvent<K extends ReadKind, O extends Outcome> extends Envelope {
  type: `media.${K}.${O}`;
  datacontenttype: "application/json";
  data: MediaEvent & { kind: K; outcome: O };
  dataref?: undefined;
  data_base64?: undefined;
  unreadable?: undefined;
}

/** The event of one kind and outcome that is too large for a queue or bus: `fetchData` gets what `dataref` names. */
export interface LargeEvent<K extends ReadKind, O extends Outcome> extends Envelope {
  type: `media.${K}.${O}`;
  datacontenttype: "application/json";
  /** Where the data is: `s3://<bucket>/<key>`. */
  dataref: string;
  data?: undefined;
  data_base64?: undefined;
  unreadable?: undefined;
}

/** A body that was authentic, but is not what the product sends. */
export type UnreadableEvent = Envelope & {
  type: "media.unreadable.unknown";
  datacontenttype: "application/octet-stream";
  /** Why, with a field path or byte offset. */
  unreadable: string;
  data?: undefined;
} & ({ data_base64: string; dataref?: undefined } | { dataref: string; data_base64?: undefined });

/** Every event that can be read: a union over kinds and outcomes. */
type ReadEvent = {
  [K in ReadKind]: { [O in Outcome]: InlineEvent<K, O> | LargeEvent<K, O> }[Outcome];
}[ReadKind];

/** An event. Its `type` says which `data` it has, and so does `data.kind`. */
export type CloudEvent = ReadEvent | UnreadableEvent;

/** The events of some types: `EventOf<"media.transcode.succeeded">`. */
export type EventOf<T extends EventType> = Extract<CloudEvent, { type: T }>;

/** What a rule's target receives. Its `id` and `time` are of the publication; the event's own are in `detail`. */
export type EventBridgeEvent<T extends EventType = EventType> = T extends EventType
  ? {
      version: string;
      /** Of the entry on the bus: another one each time the event is published. Drop duplicates by `detail.id`. */
      id: string;
      "detail-type": T;
      source: `mediahook.${Product}`;
      account: string;
      /** When it was published. */
      time: string;
      region: string;
      resources: string[];
      /** Only on an event that comes from a replay of an archive. */
      "replay-name"?: string;
      detail: EventOf<T>;
    }
  : never;

/**
 * The data of an event that has it inline, or that is data already.
 *
 * @throws {Error} The event is a large one.
 */
export function dataOf(event: CloudEvent | MediaEvent): MediaEvent | undefined {
  if (!("specversion" in event)) return event;
  if (event.unreadable === undefined && event.dataref !== undefined) {
    throw new Error("the event is large: its data is what fetchData returns");
  }
  return event.data;
}
