//! Releases of Google Play as the Developer API spells them.
use crate::canary::{PlayRelease, PlayStatus, play_release};
use crate::error::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

/// The JSON of the fields `status` and `userFraction` of a `TrackRelease` of the Google Play Developer API.
///
/// ```
/// use relcore::canary::{PlayRelease, PlayStatus, play_release};
/// use relcore::interchange::play_track_release;
/// let release = PlayRelease::new(PlayStatus::InProgress).user_fraction(0.05);
/// assert_eq!(play_track_release(&release)?, r#"{"status":"inProgress","userFraction":0.05}"#);
/// // Pitfall: a release without a share has no such field. `null` or 0 would be refused by Play.
/// let all = play_release(&PlayRelease::new(PlayStatus::InProgress).user_fraction(1.0))?;
/// assert_eq!(play_track_release(&all)?, r#"{"status":"completed"}"#);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a status and a share that Play refuses together, such as `completed` with 0.5; as
/// [`play_release`] for a share of 5.
pub fn play_track_release(release: &PlayRelease) -> Result<String> {
    let valid = play_release(release).map_err(|error| {
        let text = error.faults().first().map_or_else(String::new, |fault| fault.text.clone());
        Error::new(error.kind(), "release.userFraction", text)
    })?;
    if valid != *release {
        let text = format!("Play refuses `{}` with this share: expected `{}`", release.status, valid.status);
        return Err(Error::new(ErrorKind::InvalidValue, "release", text));
    }
    let status = match valid.status {
        PlayStatus::Draft => "draft",
        PlayStatus::InProgress => "inProgress",
        PlayStatus::Halted => "halted",
        PlayStatus::Completed => "completed",
    };
    let mut fields = Map::new();
    fields.insert("status".to_owned(), Value::String(status.to_owned()));
    if let Some(fraction) = valid.user_fraction {
        fields.insert("userFraction".to_owned(), Value::from(fraction));
    }
    Ok(Value::Object(fields).to_string())
}
