//! Every limit of a scan in one value. The guard enforces those of a document, the scan those of the machine.

use std::time::Duration;

/// Bytes of text that a segment which goes on with the last one repeats, so that a match over the cut is seen whole.
/// No rule may match or look further than half of it.
pub const OVERLAP: usize = 8 << 10;

/// The longest text of one segment, overlap included.
pub const SEGMENT: usize = 1 << 20;

/// The limits, with the defaults that `--help` prints.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Memory that everything in flight may take together, in bytes.
    pub memory: u64,
    /// How much larger than its file a document's text and members may grow, once past `ratio_floor`.
    pub ratio: u64,
    /// Output below which the ratio is not looked at, in bytes.
    pub ratio_floor: u64,
    /// Output of one file, all members together, in bytes.
    pub output: u64,
    /// Members inside members.
    pub nesting: u32,
    /// Members of one file, at all depths together.
    pub members: u64,
    /// Time for one file, before `deadline_per_mib` is added for each MiB of its size.
    pub deadline: Duration,
    /// More time for each MiB of a file's size.
    pub deadline_per_mib: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 1 << 30,
            ratio: 100,
            ratio_floor: 16 << 20,
            output: 64 << 30,
            nesting: 8,
            members: 100_000,
            deadline: Duration::from_secs(60),
            deadline_per_mib: Duration::from_secs(1),
        }
    }
}

impl Limits {
    /// The time a file of this size may take.
    pub fn deadline_for(&self, size: u64) -> Duration {
        let mib = u32::try_from(size >> 20).unwrap_or(u32::MAX);
        self.deadline
            .saturating_add(self.deadline_per_mib.saturating_mul(mib))
    }
}
