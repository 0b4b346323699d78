//! The vendors' queues that a pull function can drain.

use queues::{mns, tencent};

/// A vendor's service whose queues are drained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Tencent Cloud VOD's own queue.
    TencentVod,
    /// Queues of Alibaba Cloud's Simple Message Queue (MNS), to which VOD and IMS write.
    AliyunMns,
}

impl Source {
    /// The name of the function, in the log and the metrics.
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::TencentVod => "tencent-vod-pull",
            Self::AliyunMns => "aliyun-mns-pull",
        }
    }

    /// The variables of an access key, named as the vendor's own tools do: id, secret, and the token of a temporary key.
    pub(super) fn access_key_variables(self) -> [&'static str; 3] {
        match self {
            Self::TencentVod => tencent::ACCESS_KEY_VARIABLES,
            Self::AliyunMns => mns::ACCESS_KEY_VARIABLES,
        }
    }
}
