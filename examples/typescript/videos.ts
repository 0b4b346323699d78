// Copy types/mediahook.d.ts beside this file, and import it from there.
import type { CloudEvent, Output } from "../../types/mediahook.js";

/** What a rule's target gets: the event is `detail`. */
interface BusEvent {
  id: string;
  "detail-type": string;
  detail: CloudEvent;
}

/** The videos that a job made. One that has steps lists them there. */
function videos(event: CloudEvent): Output[] {
  const steps = event.data?.steps ?? [];
  const outputs = [...(event.data?.outputs ?? []), ...steps.flatMap((step) => step.outputs ?? [])];
  return outputs.filter((output) => output.role === "video");
}

declare const console: { log(line: string): void };

export async function handler({ detail }: BusEvent): Promise<void> {
  for (const { bucket, object, url, width, height } of videos(detail)) {
    console.log(JSON.stringify({ id: detail.id, subject: detail.subject, file: object ?? url, bucket, width, height }));
  }
}
