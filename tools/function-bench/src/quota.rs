//! A limit of processor time, like that of a Lambda function with so much memory, by a control group.

use std::io;
use std::path::{Path, PathBuf};

/// The memory of a function that has one whole processor, in MB:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>.
const WHOLE_PROCESSOR: u64 = 1_769;

/// The period in which the quota is renewed, in microseconds.
const PERIOD: u64 = 20_000;

/// The least quota that the kernel takes, in microseconds.
const LEAST: u64 = 1_000;

/// A control group. Dropping it removes it, when its processes have ended.
#[derive(Debug)]
pub(crate) struct Quota {
    folder: PathBuf,
    /// What limits it: the file and what was written to it.
    pub(crate) limit: String,
}

impl Quota {
    /// The share of a processor that a function with so much memory has.
    ///
    /// # Errors
    /// Where control groups may not be made: who measures has to be root.
    pub(crate) fn of_memory(megabytes: u64) -> io::Result<Self> {
        let quota = (PERIOD * megabytes / WHOLE_PROCESSOR).max(LEAST);
        let name = format!("mediahook-bench-{}-{megabytes}", std::process::id());
        let root = Path::new("/sys/fs/cgroup");
        if !root.join("cgroup.controllers").exists() {
            // The first version of control groups has a tree for each controller.
            let this = Self::create(root.join("cpu").join(name), format!("cpu.cfs_quota_us {quota} of {PERIOD}"))?;
            std::fs::write(this.folder.join("cpu.cfs_period_us"), PERIOD.to_string())?;
            std::fs::write(this.folder.join("cpu.cfs_quota_us"), quota.to_string())?;
            return Ok(this);
        }
        std::fs::write(root.join("cgroup.subtree_control"), "+cpu")?;
        let this = Self::create(root.join(name), format!("cpu.max {quota} {PERIOD}"))?;
        std::fs::write(this.folder.join("cpu.max"), format!("{quota} {PERIOD}"))?;
        Ok(this)
    }

    fn create(folder: PathBuf, limit: String) -> io::Result<Self> {
        std::fs::create_dir(&folder)?;
        Ok(Self { folder, limit })
    }

    /// The file to which a process writes its number to be in it.
    pub(crate) fn processes(&self) -> PathBuf {
        self.folder.join("cgroup.procs")
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // One that is still in use stays until the next start of the machine.
        std::fs::remove_dir(&self.folder).unwrap_or_default();
    }
}
