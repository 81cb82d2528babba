use super::code;
use super::coverage::{self, CoverageVerdict};
use super::decision::Verdict;
use super::environment::{Graph, default_graph};
use super::gates::{Gates, default_gates};
use super::go_no_go;
use super::permission::{CheckResult, Permission, PermissionVerdict};
use super::policy::{Check, Policy};
use super::promotion::{self, PromotionVerdict};
use super::request::{Intent, Request, Situation};
use super::requirement::{CoverageRequirement, default_requirement};
use super::sweep::Timeline;
use crate::digest::Checked;
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use crate::time::{Span, TimeRange, Timestamp};
use crate::window::{self, FitVerdict};
use std::collections::BTreeSet;

/// Says whether a build may be released to an environment now, from when on if time alone is missing, and what else is missing.
///
/// It asks the windows, the gates, the promotion, the people on call and the error budget, as the checks of the policy say, and
/// whether the version is older than the one that is deployed. `later` has in `opensAt` the earliest instant at which all of them
/// let the build through together: an approval that expires before the window opens makes it `no`.
///
/// ```
/// use relcore::readiness::{
///     Candidate, Check, Intent, PermissionVerdict, Policy, Request, Situation, Deployed, may_release,
/// };
/// use relcore::window::{self, Definition, Kind, Schedule};
/// use relcore::{Timestamp, Version};
/// let at = |text: &str| Timestamp::parse(text);
/// let office = Schedule::Weekly { days: vec![], start: "09:00".to_owned(), end: "17:00".to_owned() };
/// let windows = window::Policy::default().windows([Definition::new("office hours", Kind::Allow, office)]);
/// let policy = Policy::default().checks([Check::Windows]).windows(windows);
///
/// let version = |text: &str| Version::parse(text);
/// let digest = |letter: &str| format!("sha256:{}", letter.repeat(64));
/// let built = at("2026-11-22T08:00:00Z")?;
/// let request = Request::new(Candidate::new(digest("a"), built).version(version("1.7.3")?), "production");
/// let now = at("2026-11-23T03:00:00Z")?;
///
/// let older = Deployed::new(digest("b")).version(version("1.7.2")?);
/// let permission = may_release(&request, &Situation::default().deployed(older), &policy, now)?;
/// assert_eq!(permission.verdict, PermissionVerdict::Later);
/// assert_eq!(permission.opens_at, Some(at("2026-11-23T09:00:00Z")?));
///
/// // Pitfall: a run that waited while a newer version went out would take it back. That is a rollback, and must be declared.
/// let newer = Deployed::new(digest("b")).version(version("1.8.0")?);
/// let situation = Situation::default().deployed(newer);
/// assert_eq!(may_release(&request, &situation, &policy, now)?.verdict, PermissionVerdict::No);
/// let rollback = request.intent(Intent::Rollback);
/// assert_eq!(may_release(&rollback, &situation, &policy, now)?.verdict, PermissionVerdict::Later);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`policy_from_json`](super::policy_from_json) under `policy`, of [`go_no_go`](super::go_no_go()) under
/// `request.candidate` and `situation.evidence`, of [`promotable`](super::promotable) under `situation.build`, of
/// [`coverage`](super::coverage()) under `situation.roster`; `unknown_reference` for an environment that the graph does not have;
/// `out_of_range` for a negative `duration` and an `errorBudgetLeft` of 40 (a share, not a percentage).
pub fn may_release(
    request: &Request,
    situation: &Situation,
    policy: &Policy,
    now: Timestamp,
) -> Result<Permission> {
    Engine::new(policy.clone())?.may_release(request, situation, now)
}

/// A policy that was checked, compiled and digested once.
///
/// ```
/// use relcore::readiness::{Candidate, Engine, PermissionVerdict, Policy, Request, Situation};
/// let engine = Engine::new(Policy::default())?;
/// let now = relcore::Timestamp::parse("2026-11-23T12:00:00Z")?;
/// let request = Request::new(Candidate::new(format!("sha256:{}", "a".repeat(64)), now), "production");
/// let permission = engine.may_release(&request, &Situation::default(), now)?;
/// assert_eq!(permission.verdict, PermissionVerdict::Inconclusive);
/// assert!(permission.missing.contains(&"roster".to_owned()));
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Engine {
    checked: Checked<Policy>,
    windows: window::Engine,
    gates: Gates,
    graph: Graph,
    coverage: CoverageRequirement,
}

impl Engine {
    /// Checks, compiles and digests a policy.
    ///
    /// # Errors
    /// As [`policy_from_json`](super::policy_from_json), all faults at once, under `policy`.
    pub fn new(policy: Policy) -> Result<Self> {
        let checked = Checked::new(policy.filled(), "policy")?;
        let policy = checked.policy();
        let windows = window::Engine::new(policy.windows.clone())?;
        // The filled policy has them all.
        let gates = policy.gates.clone().unwrap_or_else(default_gates);
        let graph = policy.graph.clone().unwrap_or_else(default_graph);
        let coverage = policy.coverage.clone().unwrap_or_else(default_requirement);
        Ok(Self { checked, windows, gates, graph, coverage })
    }

    /// The policy, with what was left out.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.checked.policy()
    }

    /// The digest of the policy, as in every decision: `sha256:` and 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.checked.digest()
    }

    /// Says whether a build may be released now, as [`may_release`].
    ///
    /// # Errors
    /// As [`may_release`], for the request and the situation.
    pub fn may_release(
        &self,
        request: &Request,
        situation: &Situation,
        now: Timestamp,
    ) -> Result<Permission> {
        let policy = self.policy();
        let mut faults = Faults::new();
        request.check("request", &mut faults);
        request.candidate.check("request.candidate", now, &mut faults);
        situation.evidence.check("situation.evidence", &self.gates, now, &mut faults);
        situation.check("situation", now, &mut faults);
        if policy.checks.contains(&Check::Promotion) {
            faults.absorb(promotion::find(&self.graph, &request.environment, "request.environment"));
        }
        faults.finish()?;
        Case { engine: self, policy, request, situation, now }.decide()
    }
}

/// What a check says at `now`.
struct Part {
    check: Check,
    verdict: PermissionVerdict,
    opens_at: Option<Timestamp>,
    reasons: Vec<Reason>,
    missing: Vec<String>,
}

impl Part {
    fn new(check: Check, verdict: PermissionVerdict) -> Self {
        Self { check, verdict, opens_at: None, reasons: Vec::new(), missing: Vec::new() }
    }

    /// A check whose fact is missing.
    fn lacks(check: Check, facts: &[&str], text: String) -> Self {
        let subject = facts.first().copied().unwrap_or_default();
        let reason = Reason::new(crate::reason::code::FACT_MISSING, Severity::Warning, subject, text);
        let missing = facts.iter().map(|fact| (*fact).to_owned()).collect();
        Self { reasons: vec![reason], missing, ..Self::new(check, PermissionVerdict::Inconclusive) }
    }

    fn with(mut self, code: ReasonCode, severity: Severity, subject: &str, text: String) -> Self {
        self.reasons.push(Reason::new(code, severity, subject, text));
        self
    }

    /// A check that time opens at an instant, or that nothing opens.
    fn opens_at(mut self, opens_at: Option<Timestamp>) -> Self {
        self.verdict = if opens_at.is_some() { PermissionVerdict::Later } else { PermissionVerdict::No };
        self.opens_at = opens_at;
        self
    }
}

struct Case<'a> {
    engine: &'a Engine,
    policy: &'a Policy,
    request: &'a Request,
    situation: &'a Situation,
    now: Timestamp,
}

/// Every step of the search opens at least one check, and each check seldom closes another, so this bounds nothing real.
const MOST_STEPS: usize = 10_000;

impl Case<'_> {
    fn decide(&self) -> Result<Permission> {
        let coverage = self.coverage_timeline(false)?;
        // With people who might answer soon enough.
        let hopeful = match coverage.as_ref().is_some_and(|certain| !certain.missing.is_empty()) {
            true => self.coverage_timeline(true)?,
            false => None,
        };
        let mut parts = vec![self.order()];
        for check in [Check::Windows, Check::Gates, Check::Promotion, Check::Coverage, Check::ErrorBudget] {
            if self.policy.checks.contains(&check) {
                parts.push(match check {
                    Check::Order => continue,
                    Check::Windows => self.windows()?,
                    Check::Gates => self.gates(),
                    Check::Promotion => self.promotion()?,
                    Check::Coverage => self.coverage(coverage.as_ref(), hopeful.as_ref())?,
                    Check::ErrorBudget => self.error_budget(),
                });
            }
        }
        let worst = parts.iter().map(|part| part.verdict).max().unwrap_or(PermissionVerdict::Inconclusive);
        let now = self.now;
        let (verdict, opens_at, next_check_at, own) = match worst {
            PermissionVerdict::Yes => {
                let text = "every check lets the release through".to_owned();
                let own = (code::RELEASE_ALLOWED, Severity::Info, text);
                (worst, None, self.closes_at(coverage.as_ref())?, Some(own))
            }
            PermissionVerdict::Later => {
                let opens_at = self.opens_at(&parts, coverage.as_ref())?;
                let is_go = |at: &Timestamp| self.gates_close_at().is_none_or(|close| *at < close);
                let may_open = match &hopeful {
                    Some(hopeful) => self.opens_at(&parts, Some(hopeful))?.is_some_and(|at| is_go(&at)),
                    None => false,
                };
                match opens_at {
                    Some(at) if is_go(&at) => {
                        let text = format!("all checks let the release through at {at}");
                        (worst, Some(at), Some(at), Some((code::RELEASE_WAITS, Severity::Warning, text)))
                    }
                    _ if may_open => (PermissionVerdict::Inconclusive, None, None, None),
                    Some(at) => {
                        let text =
                            format!("evidence or a waiver expires before the other checks open at {at}");
                        let own = (code::EVIDENCE_EXPIRES_FIRST, Severity::Error, text);
                        (PermissionVerdict::No, None, None, Some(own))
                    }
                    None => {
                        let text = "no instant of the next years satisfies all checks together".to_owned();
                        let own = (code::NO_COMMON_OPENING, Severity::Error, text);
                        (PermissionVerdict::No, None, None, Some(own))
                    }
                }
            }
            PermissionVerdict::Inconclusive | PermissionVerdict::No => (worst, None, None, None),
        };
        let own = own.map(|(code, severity, text)| Reason::new(code, severity, "checks", text));
        let mut reasons: Vec<Reason> = own.into_iter().collect();
        let (mut missing, mut checks) = (Vec::new(), Vec::new());
        for part in parts {
            checks.push(CheckResult { check: part.check, verdict: part.verdict, opens_at: part.opens_at });
            reasons.extend(part.reasons);
            missing.extend(part.missing);
        }
        if let Some(hopeful) = hopeful.filter(|_| verdict != PermissionVerdict::Yes) {
            missing.extend(hopeful.missing);
        }
        let mut seen = BTreeSet::new();
        missing.retain(|fact: &String| seen.insert(fact.clone()));
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: keeps the order of the checks
        Ok(Permission {
            verdict,
            artifact: self.request.candidate.artifact.clone(),
            environment: self.request.environment.clone(),
            opens_at,
            checks,
            reasons,
            missing,
            next_check_at: next_check_at.filter(|at| *at > now),
            policy_digest: self.engine.digest().to_owned(),
            tzdb_version: crate::time::tzdb_version(),
        })
    }

    /// Whether the version is not older than what is deployed, or is meant to be.
    fn order(&self) -> Part {
        let Request { candidate, intent, environment, .. } = self.request;
        let is_rollback = *intent == Intent::Rollback;
        let yes = || Part::new(Check::Order, PermissionVerdict::Yes);
        let Some(deployed) = &self.situation.deployed else {
            return match intent {
                Intent::First | Intent::Rollback => yes(),
                Intent::Release => {
                    let text = format!(
                        "`deployed` is missing: the build may be older than what is in `{environment}`"
                    );
                    Part::lacks(Check::Order, &["deployed"], text)
                }
            };
        };
        if deployed.artifact == candidate.artifact {
            return yes();
        }
        match (&candidate.version, &deployed.version) {
            (Some(version), Some(of_deployed)) if version.precedes(of_deployed) => {
                let text = format!(
                    "`{version}` is older than `{of_deployed}`, which is deployed in `{environment}`"
                );
                match is_rollback {
                    true => yes().with(code::ROLLBACK_DECLARED, Severity::Info, "deployed", text),
                    false => Part::new(Check::Order, PermissionVerdict::No).with(
                        code::OLDER_THAN_DEPLOYED,
                        Severity::Error,
                        "deployed",
                        format!("{text}: going back has to be declared as a rollback"),
                    ),
                }
            }
            (Some(_), Some(_)) => yes(),
            _ if is_rollback => yes(),
            (version, of_deployed) => {
                let missing = [("candidate.version", version), ("deployed.version", of_deployed)];
                let missing: Vec<&str> = missing
                    .into_iter()
                    .filter(|(_, version)| version.is_none())
                    .map(|(name, _)| name)
                    .collect();
                let text = format!(
                    "`{}` is missing: the build may be older than what is in `{environment}`",
                    missing.join("` and `")
                );
                Part::lacks(Check::Order, &missing, text)
            }
        }
    }

    fn windows(&self) -> Result<Part> {
        let (subject, duration) = (self.request.subject(), self.request.duration);
        let status = self.engine.windows.status(&subject, self.now)?;
        let fit = self.engine.windows.fits(&subject, self.now, duration)?;
        let part = Part::new(Check::Windows, PermissionVerdict::Yes);
        let part = if fit.verdict == FitVerdict::Fits { part } else { part.opens_at(fit.next_start) };
        let is_too_long = fit.verdict == FitVerdict::ClosesTooEarly;
        let reasons = if is_too_long { fit.reasons } else { status.reasons };
        Ok(Part { reasons, missing: status.missing, ..part })
    }

    fn gates(&self) -> Part {
        let (candidate, evidence) = (&self.request.candidate, &self.situation.evidence);
        // The digest of the whole policy is that of the permission.
        let decision = go_no_go::decide(candidate, evidence, &self.engine.gates, "", self.now);
        let verdict = match decision.verdict {
            Verdict::Go | Verdict::GoWithWaivers => PermissionVerdict::Yes,
            Verdict::Inconclusive => PermissionVerdict::Inconclusive,
            Verdict::NoGo => PermissionVerdict::No,
        };
        Part { reasons: decision.reasons, missing: decision.missing, ..Part::new(Check::Gates, verdict) }
    }

    /// When the gates do not let the build through any more.
    fn gates_close_at(&self) -> Option<Timestamp> {
        if !self.policy.checks.contains(&Check::Gates) {
            return None;
        }
        let (candidate, evidence) = (&self.request.candidate, &self.situation.evidence);
        go_no_go::first_worse(candidate, evidence, &self.engine.gates, Verdict::GoWithWaivers, self.now)
    }

    fn promotion(&self) -> Result<Part> {
        let artifact = &self.request.candidate.artifact;
        let Some(build) = &self.situation.build else {
            let text = "`build` is missing: it is not known where the build has been".to_owned();
            return Ok(Part::lacks(Check::Promotion, &["build"], text));
        };
        if build.id != *artifact {
            let text =
                format!("the history is of `{}`, which is another artifact, and does not count", build.id);
            let part =
                Part::lacks(Check::Promotion, &["build"], "`build` is missing for this artifact".to_owned());
            return Ok(part.with(code::OTHER_ARTIFACT, Severity::Info, "build", text));
        }
        let graph = &self.engine.graph;
        let environment = promotion::find(graph, &self.request.environment, "request.environment")?;
        let promotion = promotion::decide(build, environment, graph, "", self.now);
        let part = match promotion.verdict {
            PromotionVerdict::Allowed => Part::new(Check::Promotion, PermissionVerdict::Yes),
            PromotionVerdict::Inconclusive => Part::new(Check::Promotion, PermissionVerdict::Inconclusive),
            PromotionVerdict::Blocked => {
                Part::new(Check::Promotion, PermissionVerdict::No).opens_at(promotion.next_check_at)
            }
        };
        Ok(Part { reasons: promotion.reasons, missing: promotion.missing, ..part })
    }

    /// The time for which people have to be on call: the release and the time after it, at least an instant.
    fn watched(&self) -> Span {
        let one = Span::from_millis(1).unwrap_or(Span::ZERO);
        self.request.duration.saturating_add(self.engine.coverage.after).max(one)
    }

    fn coverage_timeline(&self, is_hopeful: bool) -> Result<Option<Timeline>> {
        let roster = self.situation.roster.as_ref().filter(|_| self.policy.checks.contains(&Check::Coverage));
        roster
            .map(|roster| Timeline::new(roster, &self.engine.coverage, self.watched(), self.now, is_hopeful))
            .transpose()
    }

    /// Who might answer soon enough could open it earlier, and so makes it inconclusive only where nobody else opens it.
    fn coverage(&self, timeline: Option<&Timeline>, hopeful: Option<&Timeline>) -> Result<Part> {
        let (Some(roster), Some(timeline)) = (&self.situation.roster, timeline) else {
            let text = "`roster` is missing: it is not known who is on call".to_owned();
            return Ok(Part::lacks(Check::Coverage, &["roster"], text));
        };
        let end = self.now.plus(self.watched()).map_err(|error| error.under("now"))?;
        let range = TimeRange { start: self.now, end };
        let coverage = coverage::decide(roster, &range, &self.engine.coverage, "")?;
        let opens_at = timeline.next_start(self.now);
        let may_open = hopeful.is_some_and(|hopeful| hopeful.next_start(self.now).is_some());
        let part = match coverage.verdict {
            CoverageVerdict::Covered => Part::new(Check::Coverage, PermissionVerdict::Yes),
            _ if opens_at.is_none() && may_open => {
                Part::new(Check::Coverage, PermissionVerdict::Inconclusive)
            }
            _ => Part::new(Check::Coverage, PermissionVerdict::No).opens_at(opens_at),
        };
        Ok(Part { reasons: coverage.reasons, missing: coverage.missing, ..part })
    }

    fn error_budget(&self) -> Part {
        let rule = &self.policy.error_budget;
        let subject = "errorBudgetLeft";
        if let Some(of) = self.request.candidate.release_type.filter(|of| rule.exempt.contains(of)) {
            let text = format!("the release type `{of}` may go out whatever is left of the error budget");
            return Part::new(Check::ErrorBudget, PermissionVerdict::Yes).with(
                code::ERROR_BUDGET_EXEMPT,
                Severity::Info,
                subject,
                text,
            );
        }
        let Some(left) = self.situation.error_budget_left else {
            let text = "`errorBudgetLeft` is missing: the error budget may be spent".to_owned();
            return Part::lacks(Check::ErrorBudget, &[subject], text);
        };
        if left > rule.min_left {
            return Part::new(Check::ErrorBudget, PermissionVerdict::Yes);
        }
        let percent = |share: f64| number(share * 100.0);
        let text = format!(
            "{} % of the error budget is left: more than {} % is needed",
            percent(left),
            percent(rule.min_left)
        );
        let evidence = Evidence {
            observed: Some(left),
            threshold: Some(rule.min_left),
            unit: Some("1".to_owned()),
            ..Evidence::default()
        };
        let reason = Reason::new(code::ERROR_BUDGET_TOO_LOW, Severity::Error, subject, text).with(evidence);
        Part { reasons: vec![reason], ..Part::new(Check::ErrorBudget, PermissionVerdict::No) }
    }

    /// The earliest instant at which windows, promotion and coverage are open together.
    fn opens_at(&self, parts: &[Part], coverage: Option<&Timeline>) -> Result<Option<Timestamp>> {
        let (subject, duration) = (self.request.subject(), self.request.duration);
        let asks = |check| self.policy.checks.contains(&check);
        // The soak is over once and for all; windows and coverage open and close.
        let promoted =
            parts.iter().filter(|part| part.check == Check::Promotion).find_map(|part| part.opens_at);
        let mut at = promoted.unwrap_or(self.now).max(self.now);
        for _ in 0..MOST_STEPS {
            let before = at;
            if asks(Check::Windows) {
                let Some(start) = self.engine.windows.next_slot(&subject, duration, at)?.start else {
                    return Ok(None);
                };
                at = start;
            }
            if let Some(coverage) = coverage {
                let Some(start) = coverage.next_start(at) else { return Ok(None) };
                at = start;
            }
            if at == before {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// When the first check closes, if all are open.
    fn closes_at(&self, coverage: Option<&Timeline>) -> Result<Option<Timestamp>> {
        let mut closes = vec![self.gates_close_at()];
        if self.policy.checks.contains(&Check::Windows) {
            let status = self.engine.windows.status(&self.request.subject(), self.now)?;
            let duration = self.request.duration;
            // A release that ends at the close fits: the first instant after that start is too late.
            let last_start = |close: Timestamp| {
                let millis = close.as_millis().saturating_sub(duration.as_millis());
                Timestamp::from_millis(millis.saturating_add(i64::from(duration > Span::ZERO))).ok()
            };
            closes.push(status.next_close.and_then(last_start));
        }
        closes.push(coverage.and_then(|coverage| coverage.closes_at(self.now)));
        Ok(closes.into_iter().flatten().min())
    }
}
