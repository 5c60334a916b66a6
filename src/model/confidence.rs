//! How sure a finding is: a number for ranking, a level for people.

use serde::{Deserialize, Serialize};

/// Sureness from 0 to 100. An order, not a probability: it is not calibrated on real shares.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(pub u8);

/// The three levels a person reads. `Low` is kept apart from the totals of the inventory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A hint: shape without support, or a checksum that fails under a label.
    Low,
    /// Probably so.
    Medium,
    /// As sure as a scanner gets without knowing the person.
    High,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Level; 3] = [Level::Low, Level::Medium, Level::High];

    /// The level's name as written in reports and rule files.
    pub fn name(self) -> &'static str {
        match self {
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
        }
    }

    /// The confidence a rule gives when it says only the level: 35, 65 or 90.
    pub fn confidence(self) -> Confidence {
        Confidence(match self {
            Level::Low => 35,
            Level::Medium => 65,
            Level::High => 90,
        })
    }

    /// One level up, `High` at most.
    pub fn raised(self) -> Level {
        match self {
            Level::Low => Level::Medium,
            _ => Level::High,
        }
    }

    /// One level down, `Low` at least.
    pub fn lowered(self) -> Level {
        match self {
            Level::High => Level::Medium,
            _ => Level::Low,
        }
    }
}

impl Confidence {
    /// The level: below 50 low, below 80 medium, else high.
    pub fn level(self) -> Level {
        match self.0 {
            0..50 => Level::Low,
            50..80 => Level::Medium,
            _ => Level::High,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_and_its_confidence_agree() {
        for level in Level::ALL {
            assert_eq!(level.confidence().level(), level);
        }
    }
}
