//! One document on its way through the guard: admitted, recognised, opened, read and closed with its one outcome.

use std::{
    any::Any,
    io::{Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    extract::{
        Flow, Format, Head,
        error::ExtractError,
        format::{text::PlainText, zip::salvage},
        sniff,
        source::Source,
    },
    model::{Outcome, Part},
};

use super::{
    Guard, Member,
    frame::Frame,
    panics::{GUARDED, PANICKED_AT},
};

impl Guard<'_> {
    pub(super) fn admit(&mut self, _: &Member) -> Result<(), ExtractError> {
        self.check()?;
        self.members += 1;
        self.frame().children += 1;
        if self.members > self.meter.limits.members {
            let reason = format!("more than {} members", self.meter.limits.members);
            return Err(self.meter.trip(ExtractError::Limit(reason.into())));
        }
        Ok(())
    }

    pub(super) fn refused(&mut self, member: Member, outcome: Outcome) -> Result<(), ExtractError> {
        self.parts.0.push(member.part);
        let head = Head {
            parts: &self.parts,
            name: self.parts.0.last().map_or("", Part::name),
            size: member.size,
            format: "",
            version: 0,
            hidden: member.hidden,
            note: None,
        };
        let flow = self.visitor.open(&head);
        self.visitor.close(outcome);
        self.parts.0.pop();
        match flow {
            Flow::Continue => Ok(()),
            Flow::Stop => Err(self.meter.trip(ExtractError::Stopped)),
        }
    }

    pub(super) fn enter(
        &mut self,
        member: Member,
        source: Source<'_>,
        end: Option<ExtractError>,
    ) -> Result<(), ExtractError> {
        let name = member.name.unwrap_or_else(|| member.part.name().to_owned());
        self.parts.0.push(member.part);
        let result = self.document(
            source,
            &name,
            member.hidden,
            member.media_type.as_deref(),
            end,
        );
        self.parts.0.pop();
        result
    }

    /// Sniffs, opens, reads and closes one document.
    pub(super) fn document(
        &mut self,
        mut source: Source<'_>,
        name: &str,
        hidden: bool,
        media_type: Option<&str>,
        end: Option<ExtractError>,
    ) -> Result<(), ExtractError> {
        source.set_deadline(self.meter.deadline.clone());
        let buffer = self.scratch.take();
        source.lend(buffer);
        let choice = self.guarded("sniffing", |guard| {
            sniff::choose(&mut source, name, media_type, &guard.options.spool)
        });
        let (format, note, mut result) = match choice {
            Ok(choice) => (choice.format, choice.note, choice.verdict),
            Err(error) => (None, None, Err(error)),
        };
        let head = Head {
            parts: &self.parts,
            name,
            size: source.size(),
            format: format.map_or("", |f| f.name()),
            version: format.map_or(0, |f| f.version()),
            hidden,
            note: note.as_deref(),
        };
        if self.visitor.open(&head) == Flow::Stop {
            self.meter.trip(ExtractError::Stopped);
            result = Err(ExtractError::Stopped);
        }
        self.frames.push(Frame::default());
        self.names.push(name.to_owned());
        if let (Some(format), Ok(())) = (format, &result) {
            result = self.extract(format, &mut source);
        }
        if let (Ok(()), Some(end)) = (&result, end.or(source.fault.take())) {
            result = Err(end);
        }
        if result.is_ok() || matches!(result, Err(ExtractError::Corrupt(_))) {
            // What looks corrupt may be a file that was being written.
            if let Err(changed) = source.unchanged() {
                result = Err(changed);
            }
        }
        if let Some(tripped) = &*self.meter.tripped.borrow() {
            result = Err(tripped.clone());
        }
        self.names.pop();
        let frame = self.frames.pop().unwrap_or_default();
        let ends_file = result.as_ref().err().filter(|e| e.ends_file()).cloned();
        self.visitor.close(frame.outcome(result));
        for buffer in source.reclaim() {
            self.scratch.give(buffer);
        }
        match ends_file {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn extract(
        &mut self,
        format: &'static dyn Format,
        source: &mut Source<'_>,
    ) -> Result<(), ExtractError> {
        let result = self.guarded(format.name(), |guard| {
            if format.seeks() {
                guard.spool(source)?;
            }
            format.extract(source, guard)
        });
        match result {
            // What is left of an office document may still be read part by part.
            Err(ExtractError::Corrupt(reason))
                if reason == salvage::NO_DIRECTORY && !self.frame().gave_something() =>
            {
                self.guarded(format.name(), |guard| salvage::package(source, guard))
            }
            // Text that only looked like something better is still text.
            Err(ExtractError::Corrupt(reason))
                if source.is_text()
                    && format.name() != PlainText.name()
                    && !self.frame().gave_something()
                    && source.seek(SeekFrom::Start(0)).is_ok() =>
            {
                self.remark(format!("read as text: {reason}"));
                self.guarded(PlainText.name(), |guard| PlainText.extract(source, guard))
            }
            other => other,
        }
    }

    /// Runs a parser; its panics become errors, and nothing of their text gets out.
    pub(super) fn guarded<T>(
        &mut self,
        what: &str,
        run: impl FnOnce(&mut Self) -> Result<T, ExtractError>,
    ) -> Result<T, ExtractError> {
        let (frames, parts, names) = (self.frames.len(), self.parts.0.len(), self.names.len());
        let before = GUARDED.replace(true);
        let result = catch_unwind(AssertUnwindSafe(|| run(self)));
        GUARDED.set(before);
        result.unwrap_or_else(|payload| {
            drop::<Box<dyn Any + Send>>(payload);
            self.frames.truncate(frames);
            self.parts.0.truncate(parts);
            self.names.truncate(names);
            let place = PANICKED_AT.take();
            Err(ExtractError::Crashed(
                format!("the {what} reader failed ({place})").into(),
            ))
        })
    }
}
