//! What a timetable quietly leaves out or moves at a place, so that a lint can say it.

use super::nominal::Nominal;
use super::zone::days_after;
use super::{Date, Interval, LocalDateTime, LocalReading, Pattern, Place, Reader, Timetable};

/// Something about a timetable that its author may not expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Which pattern of the timetable.
    pub pattern: usize,
    /// The local date concerned; of an absent day, the first date of its month or year.
    pub date: Date,
    /// What.
    pub kind: NoteKind,
}

/// What may not be expected of a timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A clock change leaves nothing of the occurrence.
    Empty,
    /// The month or year has no such day, so that nothing occurs in it.
    AbsentDay,
    /// A reading of a one-off that clocks never show there.
    SkippedReading {
        /// The reading.
        local: LocalDateTime,
        /// Both instants it may mean.
        readings: LocalReading,
    },
    /// A reading of a one-off that clocks show twice there.
    RepeatedReading {
        /// The reading.
        local: LocalDateTime,
        /// Both instants it may mean.
        readings: LocalReading,
    },
}

/// So many notes of a pattern are enough.
const MOST: usize = 32;

impl Timetable {
    /// What it leaves out or reads twice at `place` within `within`: the first notes of each pattern.
    pub fn notes(&self, place: &Place, within: Interval) -> Vec<Note> {
        let zone = self.zone.unwrap_or(place.zone);
        let reader = self.read(place);
        let dates = [zone.date(within.start), days_after(zone.date(within.end), 1)];
        let mut notes = Vec::new();
        for (pattern, written) in self.patterns.iter().enumerate() {
            let note = |(date, kind)| Note { pattern, date, kind };
            if let Some(nominal) = Nominal::of(written, place, zone, self.from) {
                notes.extend(self.absent(&nominal, dates).take(MOST).map(note));
                notes.extend(self.empty(&reader, &nominal, dates).take(MOST).map(note));
            } else if let Pattern::OnceLocal { start, end } = written {
                let odd = [*start, *end].into_iter().filter_map(|local| {
                    let kind = match zone.reading(local) {
                        LocalReading::Once(_) => return None,
                        readings @ LocalReading::Skipped { .. } => {
                            NoteKind::SkippedReading { local, readings }
                        }
                        readings @ LocalReading::Repeated { .. } => {
                            NoteKind::RepeatedReading { local, readings }
                        }
                    };
                    Some((local.date(), kind))
                });
                notes.extend(odd.map(note));
            }
        }
        notes
    }

    fn absent(
        &self,
        nominal: &Nominal<'_>,
        [first, behind]: [Date; 2],
    ) -> impl Iterator<Item = (Date, NoteKind)> {
        let first = self.from.map_or(first, |from| first.max(from));
        let behind = self.until.map_or(behind, |until| behind.min(until));
        nominal.absences(first, behind).map(|date| (date, NoteKind::AbsentDay))
    }

    fn empty(
        &self,
        reader: &Reader<'_>,
        nominal: &Nominal<'_>,
        [first, behind]: [Date; 2],
    ) -> impl Iterator<Item = (Date, NoteKind)> {
        let first = self.from.map_or(first, |from| first.max(from));
        let behind = self.until.map_or(behind, |until| behind.min(until));
        let dates = std::iter::successors(nominal.next(first), |&date| nominal.next(days_after(date, 1)));
        dates
            .take_while(move |&date| date < behind)
            .filter(|date| !self.except.contains(date))
            .filter(|&date| nominal.readings(date).is_some_and(|readings| reader.map(readings).is_empty()))
            .map(|date| (date, NoteKind::Empty))
    }
}
