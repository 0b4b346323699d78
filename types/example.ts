// What a consumer's code looks like. `make test` checks that it compiles.
import type { CloudEvent, Output } from "./mediahook.js";

/** The videos that an event says were made, in its outputs and in those of its steps. */
export function videos(event: CloudEvent): Output[] {
  const data = event.data;
  if (data === undefined) {
    return []; // unreadable: the body is in data_base64
  }
  const steps = data.steps ?? [];
  return [...(data.outputs ?? []), ...steps.flatMap((step) => step.outputs ?? [])].filter(
    (output) => output.role === "video",
  );
}

/** One line for a person. */
export function summary(event: CloudEvent): string {
  const { kind, outcome, error } = event.data ?? { kind: "unreadable", outcome: "unknown" };
  switch (outcome) {
    case "succeeded":
    case "running":
    case "canceled":
      return `${kind} of ${event.subject ?? event.id}: ${outcome}`;
    case "failed":
    case "partial":
      return `${kind} of ${event.subject ?? event.id}: ${outcome} (${error?.code ?? "no code"})`;
    case "unknown":
      return `${event.vendorevent ?? "something"} of ${event.source}`;
    default:
      return outcome satisfies never;
  }
}
