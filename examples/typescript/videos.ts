import { type EventBridgeEvent, files, isTest } from "mediahook-events";

/** Logs the videos that a job made, and that its steps made. */
export async function handler({ detail }: EventBridgeEvent<"media.transcode.succeeded" | "media.transcode.partial">): Promise<void> {
  if (isTest(detail)) return;
  for (const { role, bucket, object, url, width, height } of files(detail)) {
    if (role !== "video") continue;
    console.log(JSON.stringify({ id: detail.id, subject: detail.subject, file: object ?? url, bucket, width, height }));
  }
}
