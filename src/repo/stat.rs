//! What the file system says of a file without its being read: enough to tell whether it was touched.

use std::fs::Metadata;
use std::time::{SystemTime, UNIX_EPOCH};

/// Size and times of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) size: u64,
    /// Seconds and nanoseconds of the last write.
    pub(super) written: (i64, u32),
    /// Seconds and nanoseconds of the last change of content or attributes; zero where there is no such thing.
    pub(super) changed: (i64, u32),
}

impl Stat {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let written = metadata.modified().map_or((0, 0), since_epoch);
        Stat { size: metadata.len(), written, changed: changed(metadata) }
    }
}

pub(super) fn since_epoch(time: SystemTime) -> (i64, u32) {
    time.duration_since(UNIX_EPOCH).map_or((0, 0), |since| (since.as_secs().cast_signed(), since.subsec_nanos()))
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> (i64, u32) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), u32::try_from(metadata.ctime_nsec()).unwrap_or(0))
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> (i64, u32) {
    (0, 0)
}
