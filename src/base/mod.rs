//! Small parts that read a clock, or are for people, and those of [`format`](crate::format::base).

pub(crate) mod clock;
pub(crate) mod duration;

pub(crate) use crate::format::base::{
    ConfigError, EPOCH, LONGEST_LABEL, Reason, Sentence, UnixSeconds, clone_by_fields,
    config_error, debug_by_display, mistakes, parse_time, read_from_hex, reason, show_in_hex,
    show_time, system_time, time, unix_seconds, unix_seconds_from,
};
pub(crate) use clock::{Clock, system_now};
