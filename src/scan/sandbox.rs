//! The scanner gives up what it does not need before it looks at the first document, because documents are hostile and
//! a service account may read much: from then on it reads the roots, writes the inventory, and has no network.
//!
//! On Linux by Landlock, as far as the kernel has it. What could not be given up is said, not hidden.

use std::path::{Path, PathBuf};

/// What was given up.
#[derive(Clone, Debug)]
pub struct Status {
    /// Whether all of it holds.
    pub holds: bool,
    /// In words.
    pub words: String,
}

impl Status {
    /// Not asked for.
    pub fn off() -> Status {
        Status {
            holds: false,
            words: "off (--no-sandbox)".to_owned(),
        }
    }
}

/// What this machine offers, in words.
pub fn offered() -> String {
    #[cfg(target_os = "linux")]
    {
        use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
        for (abi, words) in [
            (
                ABI::V4,
                "Landlock: reads the roots, writes the inventory, no network",
            ),
            (
                ABI::V1,
                "Landlock, without its network part: reads the roots, writes the inventory",
            ),
        ] {
            let ruleset = Ruleset::default()
                .set_compatibility(CompatLevel::HardRequirement)
                .handle_access(AccessFs::from_all(abi))
                .and_then(|ruleset| match abi {
                    ABI::V4 => ruleset.handle_access(landlock::AccessNet::from_all(abi)),
                    _ => Ok(ruleset),
                });
            if ruleset.is_ok() {
                return words.to_owned();
            }
        }
    }
    "none: this system has no Landlock; the scanner runs with all the rights of its account"
        .to_owned()
}

/// Gives it up, for this thread and all it starts. `own` are the inventory's files; `programs` are those that will be
/// run (OCR), none as a rule.
#[cfg(target_os = "linux")]
pub fn enter(
    roots: &[PathBuf],
    own: &[PathBuf],
    temporary: Option<&Path>,
    programs: &[PathBuf],
) -> Status {
    match landlock_ruleset(roots, own, temporary, programs) {
        Ok(landlock::RulesetStatus::FullyEnforced) => Status {
            holds: true,
            words: "reads the roots, writes the inventory, no network (Landlock)".to_owned(),
        },
        Ok(landlock::RulesetStatus::PartiallyEnforced) => Status {
            holds: true,
            words: "reads the roots, writes the inventory, as far as this kernel's Landlock goes"
                .to_owned(),
        },
        Ok(landlock::RulesetStatus::NotEnforced) => Status {
            holds: false,
            words: "none: this kernel has no Landlock".to_owned(),
        },
        Err(error) => Status {
            holds: false,
            words: format!("none: Landlock refused ({error})"),
        },
    }
}

#[cfg(target_os = "linux")]
fn landlock_ruleset(
    roots: &[PathBuf],
    own: &[PathBuf],
    temporary: Option<&Path>,
    programs: &[PathBuf],
) -> Result<landlock::RulesetStatus, landlock::RulesetError> {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
        RulesetCreatedAttr, path_beneath_rules,
    };
    // The newest interface this program knows; older kernels enforce what they can.
    let abi = ABI::V5;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let run = read | AccessFs::Execute;
    let all = AccessFs::from_all(abi) & !AccessFs::Execute;
    // SQLite makes and removes files beside the database, so its folder is needed, not the files alone.
    let mut folders: Vec<&Path> = own.iter().filter_map(|file| file.parent()).collect();
    folders.extend(temporary);
    folders.dedup();
    // Names of owners may come from a directory service through the system's own libraries.
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::BindTcp | AccessNet::ConnectTcp)?
        .create()?
        .add_rules(path_beneath_rules(roots, read))?
        .add_rules(path_beneath_rules(folders, all))?
        .add_rules(path_beneath_rules(
            [
                "/etc",
                "/usr",
                "/lib",
                "/lib64",
                "/proc/self",
                "/dev/null",
                "/dev/urandom",
            ],
            read,
        ))?
        .add_rules(path_beneath_rules(["/var/lib/sss", "/run/nscd"], read))?;
    if !programs.is_empty() {
        rules = rules
            .add_rules(path_beneath_rules(
                programs,
                AccessFs::ReadFile | AccessFs::Execute,
            ))?
            // What a program needs may lie beside it: /opt/ocr/bin and /opt/ocr/share.
            .add_rules(path_beneath_rules(
                programs.iter().filter_map(|program| program.parent()),
                run,
            ))?
            .add_rules(path_beneath_rules(
                ["/usr", "/bin", "/lib", "/lib64", "/opt"],
                run,
            ))?
            .add_rules(path_beneath_rules(["/dev/null"], AccessFs::from_file(abi)))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}

/// Other systems have nothing of the kind that needs no rights of its own.
#[cfg(not(target_os = "linux"))]
pub fn enter(_: &[PathBuf], _: &[PathBuf], _: Option<&Path>, _: &[PathBuf]) -> Status {
    Status {
        holds: false,
        words: "none: only Linux has it".to_owned(),
    }
}

/// At most so many bytes of private memory, so that a parser that runs away ends itself and not the machine.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn limit_memory(bytes: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let hard = getrlimit(Resource::Data).maximum;
    let most = hard.map_or(bytes, |hard| hard.min(bytes));
    // It can only fail when it asks for more than is allowed, and it does not.
    let _ = setrlimit(
        Resource::Data,
        Rlimit {
            current: Some(most),
            maximum: hard,
        },
    );
}

/// Elsewhere the budget of the readers is the only limit.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn limit_memory(_: u64) {}

/// Ends this process when the one that started it ends, however that ends.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn die_with_parent() {
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

/// Elsewhere the closed pipe tells it.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn die_with_parent() {}
