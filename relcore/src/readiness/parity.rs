use super::candidate::check_name;
use super::code;
use crate::decision::{Explain, Outcome};
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::input::input;
use crate::reason::{Evidence, Reason, Severity};
use crate::scalar::Count;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Compares two environments: items that only one of them has, of different kinds, in different versions, with different values,
/// or that nobody manages as code.
///
/// ```
/// use relcore::readiness::{DriftKind, Inventory, InventoryItem, ParityPolicy, parity};
/// let staging = Inventory::new("staging").items([InventoryItem::new("database", "sqlite")]);
/// let production =
///     Inventory::new("production").items([InventoryItem::new("database", "postgres").version("17.2")]);
/// let found = parity(&staging, &production, &ParityPolicy::default())?;
/// assert_eq!(found.drift[0].kind, DriftKind::KindDiffers);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: values are compared only where both inventories have their digests. Names of hosts and numbers of replicas differ by
/// design; leave their digests out, or list the keys under `ignored`.
///
/// # Errors
/// All faults at once: `duplicate` for two items of one key, `invalid_value` for an empty key.
pub fn parity(left: &Inventory, right: &Inventory, policy: &ParityPolicy) -> Result<Parity> {
    let mut faults = Faults::new();
    let of_left = left.by_key("left", &mut faults);
    let of_right = right.by_key("right", &mut faults);
    faults.finish()?;
    let ignored: BTreeSet<&str> = policy.ignored.iter().map(String::as_str).collect();
    let keys: BTreeSet<&str> = of_left.keys().chain(of_right.keys()).copied().collect();
    let mut drift = Vec::new();
    let mut compared = 0;
    for key in keys.into_iter().filter(|key| !ignored.contains(key)) {
        compared += 1;
        let (left, right) = (of_left.get(key).copied(), of_right.get(key).copied());
        let mut add = |kind, left: Option<&String>, right: Option<&String>| {
            drift.push(Drift { key: key.to_owned(), kind, left: left.cloned(), right: right.cloned() });
        };
        match (left, right) {
            (Some(left), None) => add(DriftKind::MissingInRight, Some(&left.kind), None),
            (None, Some(right)) => add(DriftKind::MissingInLeft, None, Some(&right.kind)),
            (Some(left), Some(right)) if left.kind != right.kind => {
                add(DriftKind::KindDiffers, Some(&left.kind), Some(&right.kind));
            }
            (Some(left), Some(right)) => {
                if left.version != right.version {
                    let is_pinned = left.version.is_some() && right.version.is_some();
                    let kind = if is_pinned { DriftKind::VersionDiffers } else { DriftKind::VersionUnpinned };
                    add(kind, left.version.as_ref(), right.version.as_ref());
                }
                if let (Some(one), Some(other)) = (&left.value_digest, &right.value_digest)
                    && one != other
                {
                    add(DriftKind::ValueDiffers, Some(one), Some(other));
                }
            }
            (None, None) => {}
        }
        let by_hand = |item: Option<&InventoryItem>| item.is_some_and(|item| item.managed == Some(false));
        if policy.require_managed && (by_hand(left) || by_hand(right)) {
            let named = |item: Option<&InventoryItem>, name| by_hand(item).then_some(name);
            add(
                DriftKind::Unmanaged,
                named(left, &"by hand".to_owned()),
                named(right, &"by hand".to_owned()),
            );
        }
    }
    Ok(result(left, right, drift, compared, crate::digest::of(policy)?))
}

fn result(left: &Inventory, right: &Inventory, drift: Vec<Drift>, compared: usize, digest: String) -> Parity {
    let names = format!("`{}` and `{}`", left.environment, right.environment);
    let n = Evidence { n: Some(Count::of(compared)), ..Evidence::default() };
    let mut reasons = Vec::new();
    for Drift { key, kind, left: one, right: other } in &drift {
        let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
        let (one, other) = (shown(one), shown(other));
        let text = format!("`{key}` of {names}: {kind}, `{one}` and `{other}`");
        reasons.push(Reason::new(code::ENVIRONMENT_DRIFT, Severity::Warning, key, text));
    }
    let verdict = if compared == 0 {
        let text = format!("{names} have no items to compare");
        reasons.push(Reason::new(code::NOTHING_COMPARED, Severity::Warning, "items", text));
        ParityVerdict::Inconclusive
    } else if drift.is_empty() {
        let text = format!("{compared} items of {names} match");
        reasons.push(Reason::new(code::ENVIRONMENTS_MATCH, Severity::Info, "items", text).with(n));
        ParityVerdict::Matched
    } else {
        ParityVerdict::Drifted
    };
    let missing = if compared == 0 { vec!["items".to_owned()] } else { Vec::new() };
    Parity { verdict, drift, reasons, missing, next_check_at: None, policy_digest: digest }
}

input! {
    /// What an environment consists of: settings, services, run times, with their kinds and versions.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Inventory", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Inventory {
        /// The environment.
        pub environment: String,
        /// Its items, each with a key of its own. Default: none.
        #[serde(default)]
        pub items: Vec<InventoryItem>,
    }
}

impl Inventory {
    /// An inventory without items.
    #[must_use]
    pub fn new(environment: impl Into<String>) -> Self {
        Self { environment: environment.into(), items: Vec::new() }
    }

    fn by_key(&self, path: &str, faults: &mut Faults) -> BTreeMap<&str, &InventoryItem> {
        let mut items = BTreeMap::new();
        for (index, item) in self.items.iter().enumerate() {
            let at = format_args!("{path}.items[{index}].key");
            check_name(&item.key, at, faults);
            faults.check(
                items.insert(item.key.as_str(), item).is_none(),
                ErrorKind::Duplicate,
                at,
                format_args!("{} is the key of another item, too", quoted(&item.key)),
            );
        }
        items
    }
}

input! {
    /// An item of an environment.
    ///
    /// ```
    /// use relcore::readiness::InventoryItem;
    /// let database = InventoryItem::new("database", "postgres").version("17.2").managed(true);
    /// assert_eq!(database.value_digest, None);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.InventoryItem", rename_all = "camelCase", deny_unknown_fields)]
    pub struct InventoryItem {
        /// Its name: `DATABASE_URL`, `database`, `node`.
        pub key: String,
        /// What it is: `secret`, `text`, `postgres`, `runtime`.
        pub kind: String,
        /// The version to which it is pinned. Absent: it is not pinned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub version: Option<String>,
        /// A digest of its value, where values have to be equal. A digest does not show a secret that is long enough.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value_digest: Option<String>,
        /// Whether it is managed as code. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub managed: Option<bool>,
    }
}

impl InventoryItem {
    /// An item that is not pinned.
    #[must_use]
    pub fn new(key: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { key: key.into(), kind: kind.into(), version: None, value_digest: None, managed: None }
    }
}

input! {
    /// What may differ between two environments.
    ///
    /// ```
    /// let policy = relcore::readiness::ParityPolicy::default().ignored(["REPLICAS"]);
    /// assert!(policy.require_managed);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.ParityPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct ParityPolicy {
        /// The keys that are not compared. Default: none.
        pub ignored: Vec<String>,
        /// Whether an item that is managed by hand is drift. Default: yes.
        pub require_managed: bool,
    }
}

impl Default for ParityPolicy {
    fn default() -> Self {
        Self { ignored: Vec::new(), require_managed: true }
    }
}

/// How far two environments are apart, made by [`parity`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Parity", rename_all = "camelCase", deny_unknown_fields)]
pub struct Parity {
    /// Whether they match.
    pub verdict: ParityVerdict,
    /// The differences, by key.
    pub drift: Vec<Drift>,
    /// The reasons. Never empty.
    pub reasons: Vec<Reason>,
    /// `items` if there was nothing to compare.
    pub missing: Vec<String>,
    /// Always absent: it does not depend on the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// Whether two environments match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.ParityVerdict", rename_all = "snake_case")]
pub enum ParityVerdict {
    /// They match.
    Matched,
    /// They differ.
    Drifted,
    /// There was nothing to compare.
    Inconclusive,
}

/// A difference between two environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Drift", rename_all = "camelCase", deny_unknown_fields)]
pub struct Drift {
    /// The key of the item.
    pub key: String,
    /// What differs.
    pub kind: DriftKind,
    /// The kind, version or digest in the first environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    /// The kind, version or digest in the second environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
}

/// What differs between two environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.DriftKind", rename_all = "snake_case")]
pub enum DriftKind {
    /// The first environment does not have the item.
    MissingInLeft,
    /// The second environment does not have the item.
    MissingInRight,
    /// It is of another kind: SQLite here, PostgreSQL there.
    KindDiffers,
    /// It is pinned to another version.
    VersionDiffers,
    /// It is pinned in one environment only.
    VersionUnpinned,
    /// It has another value.
    ValueDiffers,
    /// It is managed by hand.
    Unmanaged,
}

/// Writes a comparison as text for a person.
///
/// ```
/// use relcore::readiness::{Inventory, ParityPolicy, explain_parity, parity};
/// let found = parity(&Inventory::new("a"), &Inventory::new("b"), &ParityPolicy::default())?;
/// assert!(explain_parity(&found).starts_with("INCONCLUSIVE"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_parity(parity: &Parity) -> String {
    parity.explain()
}

/// The consequence of a comparison for its caller: `proceed` if the environments match, else `ask`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::readiness::{Inventory, ParityPolicy, outcome_of_parity, parity};
/// let found = parity(&Inventory::new("a"), &Inventory::new("b"), &ParityPolicy::default())?;
/// assert_eq!(outcome_of_parity(&found), Outcome::Ask); // nothing was compared
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_parity(parity: &Parity) -> Outcome {
    Explain::outcome(parity)
}

/// The text of [`explain_parity`].
impl fmt::Display for Parity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Parity {
    fn headline(&self) -> String {
        match self.verdict {
            ParityVerdict::Matched => "MATCHED: the environments match".to_owned(),
            ParityVerdict::Drifted => format!("DRIFTED: {} differences", self.drift.len()),
            ParityVerdict::Inconclusive => "INCONCLUSIVE: there is nothing to compare".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            ParityVerdict::Matched => Outcome::Proceed,
            ParityVerdict::Drifted | ParityVerdict::Inconclusive => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
