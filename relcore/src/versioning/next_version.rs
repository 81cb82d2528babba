use super::calendar::Format;
use super::code;
use super::next::{Next, Rejected, RejectionCode, Verdict};
use super::policy::{Policy, StaleForce, announced};
use super::request::Request;
use crate::change::Parsed;
use crate::digest::Checked;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::reason::{Reason, ReasonCode, Severity};
use crate::version::{
    self, Bump, Line, Order, Scheme, Version, VersionTag, bump, is_version, read_tags, split_tag, to_semver,
};

/// Returns the next version, and why.
///
/// `current` is the version that is in use, as a version or a tag; without it, the greatest tag. `changes` are those since
/// the last release that is no prerelease, newest first, also those that a prerelease has, as
/// [`changes_since`](crate::change::changes_since) returns them.
///
/// 1. The step is the greatest that a change or a comparison of the API needs, within the limits of the policy.
/// 2. A version that a change forces (`Release-As`, the newest first) or that the policy forces comes before the step.
/// 3. The result is greater than the current version and than every tag of the line. A forced version that is not is
///    rejected, and does not stop releases.
/// 4. Under a channel, the result has the base that the changes need since the last release. If the greatest prerelease has
///    it or a greater one, only the number grows.
/// 5. A promoted prerelease is the exception to rule 3: what was tested goes out, whatever prereleases came after it. It is of
///    the line and greater than the last release; under a channel it keeps its number, so its tag exists already.
///
/// ```
/// use relcore::change::{Policy as Messages, parse_change};
/// use relcore::versioning::{Channel, Policy, Request, next_version};
/// let tags = ["v2.1.3", "v2.2.0-rc.0"].map(str::to_owned);
/// let changes = [
///     parse_change("feat(api)!: remove the v1 endpoints", &Messages::default())?,
///     parse_change("feat(api): add export endpoint", &Messages::default())?, // in 2.2.0-rc.0
/// ];
/// let policy = Policy::default().channel(Channel::new("rc"));
/// let next = next_version(None, &tags, &changes, &Request::default(), &policy)?;
/// assert_eq!(next.tag.as_deref(), Some("v3.0.0-rc.0"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: tags of a greater line count, too. For a hotfix of an old line set `line`.
///
/// # Errors
/// All faults at once: those of [`policy_from_json`](super::policy_from_json) under `policy`; `invalid_value` for a
/// `current` without a version, a `promote` that is no prerelease, build metadata that is none, and `prerelease` as the
/// `bump` of a request or an API.
pub fn next_version(
    current: Option<&str>,
    tags: &[String],
    changes: &[Parsed],
    request: &Request,
    policy: &Policy,
) -> Result<Next> {
    let checked = Checked::new(policy.clone(), "policy")?;
    let mut faults = Faults::new();
    check(request, policy, &mut faults);
    let state = faults.absorb(State::read(current, tags, policy));
    let promoted = faults.absorb(request.promote.as_deref().map(|text| prerelease(text, policy)).transpose());
    faults.finish()?;
    let (Some(state), Some(promoted)) = (state, promoted) else {
        return Err(Error::new(ErrorKind::InvalidValue, "", "has no version"));
    };
    let mut run = Run { state, changes, request, policy, reasons: Vec::new(), rejected: Vec::new() };
    let needed = run.needed();
    let decided = run.decide(needed, promoted);
    let Run { state, reasons, rejected, .. } = run;
    let (verdict, version, missing) = match decided {
        Decided::Release(version) => (Verdict::Release, Some(version), vec![]),
        Decided::Nothing => (Verdict::Nothing, None, vec![]),
        Decided::Refused => (Verdict::Refused, None, vec![]),
        Decided::Missing(fact) => (Verdict::Inconclusive, None, vec![fact]),
    };
    let semver = |text: &str| to_semver(text, policy.scheme, &mut vec![]).ok();
    let step = match (&state.greatest, &version) {
        (Some(greatest), Some(version)) => semver(greatest).zip(semver(version)).map(|(a, b)| bump(&a, &b)),
        _ => None,
    };
    Ok(Next {
        verdict,
        tag: version.as_ref().map(|version| state.tag(version, policy)),
        version,
        previous: state.greatest,
        bump: step.unwrap_or(Bump::None),
        needed,
        rejected,
        reasons,
        missing,
        policy_digest: checked.digest().to_owned(),
    })
}

fn check(request: &Request, policy: &Policy, faults: &mut Faults) {
    let text = || "`prerelease` is no step: expected `none`, `patch`, `minor` or `major`".to_owned();
    let is_step = request.bump != Some(Bump::Prerelease);
    faults.check(is_step, ErrorKind::InvalidValue, format_args!("request.bump"), format_args!("{}", text()));
    for (index, api) in request.api.iter().enumerate() {
        let path = format_args!("request.api[{index}].bump");
        faults.check(api.bump != Bump::Prerelease, ErrorKind::InvalidValue, path, format_args!("{}", text()));
    }
    if let Some(build) = &request.build {
        let build = Version::new(0, 0, 0).with_build(build);
        faults.absorb(build.map_err(|error| error.under("request.build")));
        let text = format_args!("a version of the scheme `{}` has no build metadata", policy.scheme);
        let has_build = matches!(policy.scheme, Scheme::Semver | Scheme::Pep440);
        faults.check(has_build, ErrorKind::InvalidValue, format_args!("request.build"), text);
    }
}

/// The prerelease that is to be promoted.
fn prerelease(text: &str, policy: &Policy) -> Result<Version> {
    let tag = split_tag(text, policy.scheme);
    let version = tag.and_then(|tag| to_semver(&tag.version, policy.scheme, &mut vec![]).ok());
    version.filter(Version::is_prerelease).ok_or_else(|| {
        let text = format!("{} is no prerelease", quoted(text));
        Error::new(ErrorKind::InvalidValue, "request.promote", text)
    })
}

/// What is released.
struct State {
    /// The tags of the line, each with its version.
    tags: Vec<VersionTag>,
    /// The versions of the line, with the current one, as versions of Semantic Versioning.
    versions: Vec<Version>,
    /// The greatest of them, as written.
    greatest: Option<String>,
    /// Whether a tag is greater than the current version.
    is_tag_greater: bool,
    prefix: String,
}

impl State {
    fn read(current: Option<&str>, tags: &[String], policy: &Policy) -> Result<Self> {
        let scheme = policy.scheme;
        let line = policy.line.as_deref().map(Line::parse).transpose()?;
        let semver = |text: &str| to_semver(text, scheme, &mut vec![]).ok();
        let is_in =
            |text: &str| line.is_none_or(|line| semver(text).is_some_and(|version| line.contains(&version)));
        let mut own = read_tags(tags, policy.tag_format.as_deref(), scheme)?;
        own.retain(|tag| is_in(&tag.version));
        let current = match current {
            Some(text) => Some(current_tag(text, policy)?),
            None => None,
        };
        let mut greatest: Option<&VersionTag> = None;
        for tag in own.iter().chain(&current) {
            if greatest.is_none_or(|greatest| is_greater(&tag.version, &greatest.version, scheme)) {
                greatest = Some(tag);
            }
        }
        let is_tag_greater = current
            .as_ref()
            .zip(greatest)
            .is_some_and(|(current, greatest)| is_greater(&greatest.version, &current.version, scheme));
        let prefix = own.iter().find(|tag| greatest.is_some_and(|greatest| greatest.version == tag.version));
        let prefix = prefix.or(greatest).map_or_else(|| "v".to_owned(), |tag| tag.prefix.clone());
        let versions = own.iter().chain(&current).filter_map(|tag| semver(&tag.version)).collect();
        Ok(Self {
            greatest: greatest.map(|tag| tag.version.clone()),
            versions,
            is_tag_greater,
            prefix,
            tags: own,
        })
    }

    /// The last release, without prereleases.
    fn last_release(&self) -> Option<&Version> {
        self.versions.iter().filter(|version| !version.is_prerelease()).max()
    }

    fn greatest(&self) -> Option<&Version> {
        self.versions.iter().reduce(|a, b| if a.precedes(b) { b } else { a })
    }

    /// Whether a version of the scheme is greater than the current one and than every tag.
    fn is_free(&self, version: &str, scheme: Scheme) -> bool {
        let tags = self.tags.iter().map(|tag| &tag.version).chain(&self.greatest);
        tags.into_iter().all(|tag| is_greater(version, tag, scheme))
    }

    /// The versions of all tags and the current one, from the lowest to the greatest.
    fn released(&self, scheme: Scheme) -> Vec<String> {
        let versions = self.tags.iter().map(|tag| tag.version.clone()).chain(self.greatest.clone());
        version::sorted(versions.collect(), |a, b| version::order(a, b, scheme))
    }

    fn tag(&self, version: &str, policy: &Policy) -> String {
        match &policy.tag_format {
            Some(format) => format.replacen("{version}", version, 1),
            None => format!("{}{version}", self.prefix),
        }
    }
}

fn current_tag(text: &str, policy: &Policy) -> Result<VersionTag> {
    let formatted = policy
        .tag_format
        .as_deref()
        .and_then(|format| version::parse_tag(text, Some(format), &policy.scheme).ok());
    formatted.or_else(|| split_tag(text, policy.scheme)).ok_or_else(|| {
        let text = format!("{} has no version of the scheme `{}`", quoted(text), policy.scheme);
        Error::new(ErrorKind::InvalidValue, "current", text)
    })
}

fn is_greater(a: &str, b: &str, scheme: Scheme) -> bool {
    version::compare(a, b, &scheme) == Ok(Order::Greater)
}

enum Decided {
    Release(String),
    Nothing,
    Refused,
    Missing(String),
}

struct Run<'a> {
    state: State,
    changes: &'a [Parsed],
    request: &'a Request,
    policy: &'a Policy,
    reasons: Vec<Reason>,
    rejected: Vec<Rejected>,
}

impl Run<'_> {
    fn say(&mut self, code: ReasonCode, severity: Severity, subject: &str, text: String) {
        self.reasons.push(Reason::new(code, severity, subject, text));
    }

    /// The step that the changes and the API need.
    fn needed(&mut self) -> Bump {
        let most = self.changes.iter().rev().max_by_key(|change| change.bump);
        let mut needed = most.map_or(Bump::None, |change| change.bump);
        if let Some(change) = most.filter(|change| change.bump > Bump::None) {
            let subject = change.id.clone().unwrap_or_else(|| "changes".to_owned());
            let text = format!("`{}` needs a {needed} version", shown(change));
            self.say(code::CHANGE_NEEDS_STEP, Severity::Info, &subject, text);
        }
        for api in &self.request.api {
            let (tool, step) = (api.tool.clone(), api.bump);
            if step > needed {
                let text = format!(
                    "`{tool}` finds a difference of the API that needs a {step} version; the changes need {needed}"
                );
                self.say(code::API_NEEDS_STEP, Severity::Warning, &tool, text);
            } else if step < needed && needed == Bump::Major {
                let text = format!(
                    "the changes need a {needed} version, `{tool}` finds a difference of the API for {step} only"
                );
                self.say(code::API_SEES_LESS, Severity::Warning, &tool, text);
            }
            needed = needed.max(step);
        }
        if let Some(step) = self.request.bump {
            self.say(
                code::STEP_REQUESTED,
                Severity::Info,
                "request.bump",
                format!("a {step} version was asked for"),
            );
            needed = step;
        }
        needed
    }

    /// The step within the limits of the policy.
    fn limited(&mut self, needed: Bump) -> Bump {
        let has_cause = !self.changes.is_empty() || needed > Bump::None;
        let least = if has_cause { self.policy.at_least } else { Bump::None };
        let most = self.policy.at_most.unwrap_or(Bump::Major);
        let limited = needed.max(least).min(most);
        if limited != needed {
            let text = format!("the policy makes a {limited} version of a {needed} one");
            self.say(code::STEP_LIMITED, Severity::Warning, "policy", text);
        }
        limited
    }

    fn decide(&mut self, needed: Bump, promoted: Option<Version>) -> Decided {
        let suspected = self.changes.iter().find_map(|change| {
            let found = change.diagnostics.iter().find(|one| one.severity >= Severity::Error)?;
            Some((change.id.clone().unwrap_or_else(|| "changes".to_owned()), found.text.clone()))
        });
        if let Some((subject, text)) = suspected {
            self.say(code::SUSPECTED_BREAKING, Severity::Error, &subject, text);
            return Decided::Refused;
        }
        let (forced, is_stale) = self.read_forced();
        if is_stale && self.policy.on_stale_force == StaleForce::Fail {
            return Decided::Refused;
        }
        if let Some(version) = promoted {
            return self.promote(&version);
        }
        if let Some((version, by)) = forced {
            let text = format!("`{by}` forces the version `{version}`");
            self.say(code::VERSION_FORCED, Severity::Info, &by, text);
            return self.checked(version);
        }
        let step = self.limited(needed);
        if self.policy.scheme == Scheme::Calver {
            return self.next_by_calendar(step);
        }
        if step == Bump::None && !self.request.graduate {
            let text = format!("no change of {} needs a version", self.changes.len());
            self.say(code::NOTHING_TO_RELEASE, Severity::Info, "changes", text);
            return Decided::Nothing;
        }
        if self.request.graduate && self.policy.channel.is_none() && !self.has_prerelease() {
            let text = "there is no prerelease that could become a release".to_owned();
            self.say(code::NO_PRERELEASE, Severity::Error, "request.graduate", text);
            return Decided::Refused;
        }
        match self.next_by_step(step) {
            Some(version) => self.written(&version),
            None => {
                let text = "no version of the scheme is greater than every tag".to_owned();
                self.say(code::NO_GREATER_VERSION, Severity::Error, "tags", text);
                Decided::Refused
            }
        }
    }

    /// Whether the greatest version is a prerelease.
    fn has_prerelease(&self) -> bool {
        self.state.greatest().is_some_and(Version::is_prerelease)
    }

    /// The forced versions, the most important first: those of changes, newest first, then that of the policy.
    fn forcing(&self) -> Vec<(String, String)> {
        let by_change = self.changes.iter().filter_map(|change| {
            Some((change.release_as.clone()?, change.id.clone().unwrap_or_else(|| "changes".to_owned())))
        });
        let by_policy = self.policy.force.iter().map(|version| (version.clone(), "policy.force".to_owned()));
        by_change.chain(by_policy).collect()
    }

    /// The version of a text that may be a tag.
    fn plain(&self, text: &str) -> Option<String> {
        if is_version(text, self.policy.scheme) {
            return Some(text.to_owned());
        }
        split_tag(text, self.policy.scheme).map(|tag| tag.version)
    }

    /// The version that a text forces, or why it cannot be released. `released` has the versions of all tags, sorted.
    fn forced(&self, text: &str, released: &[String]) -> std::result::Result<String, RejectionCode> {
        let scheme = self.policy.scheme;
        let version = self.plain(text).ok_or(RejectionCode::NotAVersion)?;
        let is_free = released.last().is_none_or(|greatest| is_greater(&version, greatest, scheme));
        if !is_free && released.binary_search_by(|one| version::order(one, &version, scheme)).is_ok() {
            return Err(RejectionCode::AlreadyReleased);
        }
        if !self.is_in_line(&version) {
            return Err(RejectionCode::OutsideLine);
        }
        if is_free { Ok(version) } else { Err(RejectionCode::NotGreater) }
    }

    fn is_in_line(&self, version: &str) -> bool {
        let line = self.policy.line.as_deref().and_then(|line| Line::parse(line).ok());
        line.is_none_or(|line| {
            to_semver(version, self.policy.scheme, &mut vec![]).is_ok_and(|one| line.contains(&one))
        })
    }

    /// The first forced version that can be released, and by what. Lists those that cannot; whether that of the policy is one.
    fn read_forced(&mut self) -> (Option<(String, String)>, bool) {
        let (mut first, mut is_stale) = (None, false);
        let forcing = self.forcing();
        if forcing.is_empty() {
            return (first, is_stale);
        }
        let released = self.state.released(self.policy.scheme);
        for (version, by) in forcing {
            let code = match self.forced(&version, &released) {
                Ok(version) => {
                    first = first.or(Some((version, by)));
                    continue;
                }
                Err(code) => code,
            };
            let why = match code {
                RejectionCode::NotAVersion => "it is no version of the scheme",
                RejectionCode::AlreadyReleased => "it is released already",
                RejectionCode::NotGreater => "it is lower than a version that is released",
                RejectionCode::OutsideLine => "it is not one of the line",
            };
            let text = format!("`{by}` forces the version {}, but {why}", quoted(&version));
            is_stale |= by == "policy.force";
            let severity = if by == "policy.force" && self.policy.on_stale_force == StaleForce::Fail {
                Severity::Error
            } else {
                Severity::Warning
            };
            self.say(code::FORCED_VERSION_REJECTED, severity, &by, text);
            self.rejected.push(Rejected { version, code, by });
        }
        (first, is_stale)
    }

    fn promote(&mut self, version: &Version) -> Decided {
        if let Some(channel) = &self.policy.channel {
            let text = format!(
                "the prerelease `{version}` moves to the channel `{}` and keeps its number",
                channel.label
            );
            self.say(code::PRERELEASE_PROMOTED, Severity::Info, "request.promote", text);
            return match self.rendered(version) {
                Decided::Release(text) => self.in_line(text),
                other => other,
            };
        }
        let base = version.base();
        let text =
            format!("the prerelease `{version}` was tested and becomes `{base}`, without what came after it");
        self.say(code::PRERELEASE_PROMOTED, Severity::Info, "request.promote", text);
        let is_free = self.state.last_release().is_none_or(|last| last.precedes(&base));
        if !is_free {
            let text = format!("`{base}` is not greater than the last release");
            self.say(code::NO_GREATER_VERSION, Severity::Error, "tags", text);
            return Decided::Refused;
        }
        match self.rendered(&base) {
            Decided::Release(text) => self.in_line(text),
            other => other,
        }
    }

    /// The next version of Semantic Versioning after a step.
    fn next_by_step(&mut self, step: Bump) -> Option<Version> {
        let initial = to_semver(&self.policy.initial, self.policy.scheme, &mut vec![]).ok();
        let last = self.state.last_release().cloned();
        let greatest = self.state.greatest().cloned();
        if self.state.is_tag_greater {
            let tag = greatest.as_ref().map(ToString::to_string).unwrap_or_default();
            let text = format!("the tag `{tag}` is greater than the current version");
            self.say(code::TAG_IS_GREATER, Severity::Warning, "tags", text);
        }
        let needed = match (&last, &greatest) {
            (Some(last), _) => last.stepped(self.below_one(step, last))?,
            (None, Some(prerelease)) => {
                let base = prerelease.base();
                let step = self.below_one(step, &base);
                if step > announced(&base) { base.stepped(step)? } else { base }
            }
            (None, None) => {
                let initial = initial?;
                self.say(
                    code::FIRST_VERSION,
                    Severity::Info,
                    "tags",
                    format!("there is no version yet: `{initial}` is the first"),
                );
                initial
            }
        };
        let prerelease = greatest.as_ref().filter(|version| version.is_prerelease());
        let announced = prerelease.map(Version::base);
        let base =
            announced.clone().map_or_else(|| needed.clone(), |announced| announced.max(needed.clone()));
        let Some(channel) = self.policy.channel.clone() else {
            if let Some(prerelease) = prerelease.filter(|_| announced.as_ref() == Some(&base)) {
                let text = format!("the prerelease `{prerelease}` becomes the release `{base}`");
                self.say(code::PRERELEASE_RELEASED, Severity::Info, "tags", text);
            }
            return Some(base);
        };
        self.next_prerelease(&base, &channel.label, channel.numbering.first(), step)
    }

    /// The step below 1.0.0.
    fn below_one(&mut self, step: Bump, last: &Version) -> Bump {
        if last.major() > 0 {
            return step;
        }
        let applied = self.policy.zero_rule.apply(step, last.minor());
        if applied != step {
            let text = format!(
                "below 1.0.0 a {step} change makes a {applied} version, by the rule `{}`",
                self.policy.zero_rule
            );
            self.say(code::STEP_BELOW_ONE, Severity::Info, "policy.zeroRule", text);
        }
        applied
    }

    fn next_prerelease(
        &mut self,
        base: &Version,
        label: &str,
        first: Option<u64>,
        step: Bump,
    ) -> Option<Version> {
        let is_of_label = |version: &&Version| {
            let rest = version.prerelease().strip_prefix(label);
            version.base() == *base
                && rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-'))
        };
        let greatest = self.state.greatest().cloned();
        let is_above =
            |version: &Version| greatest.as_ref().is_none_or(|greatest| greatest.precedes(version));
        let last = self
            .state
            .versions
            .iter()
            .filter(is_of_label)
            .reduce(|a, b| if a.precedes(b) { b } else { a })
            .cloned();
        if let Some(last) = last {
            let next =
                following(&last).filter(is_above).or_else(|| last.labelled(last.prerelease(), Some(1)).ok());
            if let Some(next) = next.filter(is_above) {
                let text =
                    format!("`{last}` exists and has the base that the changes need: only its number grows");
                self.say(code::PRERELEASE_CONTINUES, Severity::Info, "tags", text);
                return Some(next);
            }
        } else if let Some(next) = base.labelled(label, first).ok().filter(is_above) {
            let text =
                format!("`{base}` is what the changes need since the last release: its prereleases begin");
            self.say(code::PRERELEASE_BEGINS, Severity::Info, "channel", text);
            return Some(next);
        }
        let greatest = greatest?;
        let raised = greatest.stepped(if step == Bump::None { Bump::Patch } else { step })?;
        let text = format!("the label `{label}` sorts below `{greatest}`: the base becomes `{raised}`");
        self.say(code::LABEL_SORTS_BELOW, Severity::Warning, "channel", text);
        raised.labelled(label, first).ok()
    }

    fn next_by_calendar(&mut self, step: Bump) -> Decided {
        if self.changes.is_empty() && self.request.bump.is_none() {
            self.say(code::NOTHING_TO_RELEASE, Severity::Info, "changes", "there is no change".to_owned());
            return Decided::Nothing;
        }
        let (Ok(format), Some(today)) = (Format::parse(&self.policy.calendar), self.request.today) else {
            let text = "`today` is missing: a calendar version depends on it".to_owned();
            self.say(crate::reason::code::FACT_MISSING, Severity::Warning, "request.today", text);
            return Decided::Missing("request.today".to_owned());
        };
        let now = format.on(today);
        let last = self.state.greatest.as_deref().and_then(|version| format.read(version));
        let mut next = match &last {
            Some(last) if format.dates(last) >= format.dates(&now) => {
                let text = format!("the calendar has not moved on since `{}`", format.write(last));
                self.say(code::CALENDAR_STANDS, Severity::Info, "request.today", text);
                format.stepped(last, step)
            }
            _ => {
                let text = format!("`{today}` begins `{}`", format.write(&now));
                self.say(code::CALENDAR_MOVED, Severity::Info, "request.today", text);
                Some(now)
            }
        };
        // A tag of another format may be greater still.
        for _ in 0..=self.state.tags.len() {
            let Some(numbers) = &next else { break };
            let version = format.write(numbers);
            // The greatest tag is asked first, so that all tags are compared once.
            let greatest = self.state.greatest.as_ref();
            let may_be_free = greatest.is_none_or(|greatest| is_greater(&version, greatest, Scheme::Calver));
            if may_be_free && self.state.is_free(&version, Scheme::Calver) {
                return self.checked(version);
            }
            next = format.stepped(numbers, Bump::Patch);
        }
        let text = format!("the format `{}` has no greater version today", self.policy.calendar);
        self.say(code::NO_GREATER_VERSION, Severity::Error, "policy.calendar", text);
        Decided::Refused
    }

    /// Writes a version in the scheme of the policy, and checks it.
    fn written(&mut self, version: &Version) -> Decided {
        match self.rendered(version) {
            Decided::Release(text) => self.checked(text),
            other => other,
        }
    }

    fn rendered(&mut self, version: &Version) -> Decided {
        let version = match &self.request.build {
            Some(build) => version.with_build(build).unwrap_or_else(|_| version.clone()),
            None => version.clone(),
        };
        match version::render(&version.to_string(), &Scheme::Semver, &self.policy.scheme) {
            Ok(rendering) => Decided::Release(rendering.text),
            Err(error) => {
                self.say(code::NO_GREATER_VERSION, Severity::Error, "policy.scheme", error.to_string());
                Decided::Refused
            }
        }
    }

    /// Refuses a version that is not of the line, or not greater than every tag.
    fn checked(&mut self, version: String) -> Decided {
        match self.in_line(version) {
            Decided::Release(version) if !self.state.is_free(&version, self.policy.scheme) => {
                let text = format!("`{version}` is not greater than every tag");
                self.say(code::NO_GREATER_VERSION, Severity::Error, "tags", text);
                Decided::Refused
            }
            other => other,
        }
    }

    /// Refuses a version that is not of the line.
    fn in_line(&mut self, version: String) -> Decided {
        if self.is_in_line(&version) {
            return Decided::Release(version);
        }
        let line = self.policy.line.clone().unwrap_or_default();
        let text =
            format!("`{version}` is not one of the line `{line}`: the line takes smaller changes only");
        self.say(code::NEXT_OUTSIDE_LINE, Severity::Error, "policy.line", text);
        Decided::Refused
    }
}

/// The prerelease after one: its last number grows by one and keeps its leading zeros; without a number it gets one.
fn following(version: &Version) -> Option<Version> {
    let text = version.prerelease();
    let end = text.rfind(|c: char| c.is_ascii_digit()).map(|index| index.saturating_add(1));
    let Some(end) = end else { return version.labelled(text, Some(1)).ok() };
    let (head, tail) = text.split_at_checked(end)?;
    let start = head.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |index| index.saturating_add(1));
    let (before, digits) = head.split_at_checked(start)?;
    let number = digits.parse::<u64>().ok()?.checked_add(1)?.to_string();
    let padded = format!("{before}{number:0>width$}{tail}", width = digits.len());
    version.labelled(&padded, None).ok()
}

fn shown(change: &Parsed) -> String {
    let header = change.header();
    header.chars().take(80).collect()
}
