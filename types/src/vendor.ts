/** What the vendors sent, typed. */

import { type CloudEvent, dataOf } from "./event.js";
import type { MediaEvent, Product } from "./model.js";
import type { Events as AliyunIms } from "./vendor/aliyun-ims.js";
import type { Events as AliyunVod } from "./vendor/aliyun-vod.js";
import type { Events as TencentCi } from "./vendor/tencent-ci.js";
import type { Events as TencentVod } from "./vendor/tencent-vod.js";

/** The vendors' events that are known, by product and by the vendor's name, which `event` of the data and `vendorevent` have. */
export interface VendorEvents {
  "aliyun-ims": AliyunIms;
  "aliyun-vod": AliyunVod;
  "tencent-ci": TencentCi;
  "tencent-vod": TencentVod;
}

/** The vendor's name of an event of a product. Jobs of Cloud Infinite are `TaskFinish/<Tag>`. */
export type VendorEventName<P extends Product = Product> = P extends Product ? keyof VendorEvents[P] & string : never;

/**
 * What the vendor sent, typed, where the event is one of this product and name; else `undefined`.
 *
 * The type has all members that the vendor documents, each of which may be absent, and the types that each was seen with. A vendor
 * may send more.
 *
 * @throws {Error} The event is a large one: give what `fetchData` returns.
 */
export function vendorEvent<P extends Product, N extends VendorEventName<P>>(
  event: CloudEvent | MediaEvent,
  product: P,
  name: N,
): VendorEvents[P][N] | undefined {
  const data = dataOf(event);
  if (data?.product !== product || data.event !== name) return undefined;
  return data.vendor as VendorEvents[P][N] | undefined;
}
