//! What somebody does who runs the server.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Done, Input, Nothing, complain, fields};
use crate::pages::{PageError, visit::Visit};

pub(super) async fn rotate(visit: Visit, input: Input<Nothing>) -> Result<Response, PageError> {
    let Nothing {} = fields(&visit, input)?;
    let result = visit.site.keys.rotate().map_err(|error| error.to_string());
    let effect = visit.texts().rotated;
    replaced(visit, effect, result)
}

pub(super) async fn retire(visit: Visit, input: Input<Nothing>) -> Result<Response, PageError> {
    let Nothing {} = fields(&visit, input)?;
    let result = visit.site.keys.retire(visit.site.clock.now());
    let effect = visit.texts().retired;
    replaced(visit, effect, result.map_err(|error| error.to_string()))
}

fn replaced(visit: Visit, effect: &str, result: Result<(), String>) -> Result<Response, PageError> {
    match result {
        Ok(()) => Ok(visit.done("keys", effect)?.into_response()),
        Err(error) => complain(visit, "keys", error),
    }
}

#[derive(Deserialize)]
pub(super) struct Move {
    #[serde(default)]
    seconds: String,
}

/// Moves the clock forward, or sets it right for 0.
pub(super) async fn move_clock(visit: Visit, input: Input<Move>) -> Done {
    let Move { seconds } = fields(&visit, input)?;
    let (texts, clock) = (visit.texts(), &visit.site.clock);
    let seconds = seconds.parse();
    let seconds =
        seconds.map_err(|_| PageError::new(StatusCode::UNPROCESSABLE_ENTITY, NO_NUMBER))?;
    // First, because afterwards the display cookie may be past its end.
    let effect = if seconds == 0 {
        texts.clock_set_right
    } else {
        texts.clock_moved
    };
    if seconds == 0 {
        clock.set_right();
    } else {
        clock.forward(Duration::from_secs(seconds));
    }
    visit.tell("clock", effect)?;
    // There is what the clock changes.
    Ok(Redirect::to("/#cookie"))
}

#[derive(Deserialize)]
pub(super) struct Switch {
    #[serde(default)]
    card: String,
}

/// Switches the setting of a card, on or off.
pub(super) async fn switch(visit: Visit, input: Input<Switch>) -> Done {
    let Switch { card } = fields(&visit, input)?;
    let (texts, mut choice) = (visit.texts(), visit.site.choice);
    let (card, effect) = if card == "split" {
        choice.is_split = !choice.is_split;
        let effects = [texts.split_forbidden, texts.split_allowed];
        ("split", effects[usize::from(choice.is_split)])
    } else {
        choice.remembers = !choice.remembers;
        let effects = [texts.remember_forbidden, texts.remember_allowed];
        ("remember", effects[usize::from(choice.remembers)])
    };
    visit.site.choices.switch_to(choice);
    visit.done(card, effect)
}

const NO_NUMBER: &str = "That is no number of seconds.";
