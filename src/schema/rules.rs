//! Patterns that several fields share.

/// By name; a pattern says `<name>`.
pub(super) const RULES: &[(&str, &str)] = &[
    ("assertion", "#pair name=fact value | #compared assertion=part"),
    ("failure", "#rollback 'rollback' rollback | #pause 'pause' | #stop 'stop'"),
    ("hours", "start=time '..' end=time"),
    (
        "reaction",
        "#finish 'finish' | #back 'roll' 'back' | #pause-then-back 'pause' pause=duration 'then' 'roll' 'back' | #pause 'pause'",
    ),
    (
        "recurrence",
        "#day 'day' <hours> \
         | #week 'week' from=weekday start=time '..' to=weekday end=time \
         | #weekdays days=weekday, <hours> \
         | #workday 'workday' <hours> \
         | #month-weekday 'month' (ordinal | #last 'last') day=weekday start=time 'for' length=duration \
         | #month-day 'month' (ordinal | 'last' 'day') start=time? 'for' length=duration \
         | #business-days 'month' 'business' 'day' first=integer 'through' 'business' 'day' last=integer \
         | #year 'year' start-month=month start-day=integer '..' end-month=month end-day=integer \
         | #rrule 'rrule' rule=text 'at' start=time 'for' length=duration",
    ),
];
