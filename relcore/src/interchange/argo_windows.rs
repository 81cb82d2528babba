//! The sync windows of Argo CD.
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::time::Span;
use crate::window::{Definition, Kind, Policy, Schedule};
use crate::wire::{self, PolicyText as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wildmatch::WildMatch;

input! {
    /// An application of Argo CD, as the selectors of a sync window see it.
    ///
    /// ```
    /// use relcore::interchange::ArgoApplication;
    /// let shop = ArgoApplication::new("shop", "shop-prod", "in-cluster", "https://kubernetes.default.svc");
    /// assert_eq!(shop.namespace, "shop-prod");
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.ArgoApplication", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ArgoApplication {
        /// The name of the application.
        pub name: String,
        /// The namespace that it deploys to.
        pub namespace: String,
        /// The name of the cluster that it deploys to. Argo CD compares a selector of clusters with the name and the server.
        pub cluster: String,
        /// The address of the cluster's API server.
        pub server: String,
    }
}

impl ArgoApplication {
    /// An application by its names.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        namespace: impl Into<String>,
        cluster: impl Into<String>,
        server: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            namespace: namespace.into(),
            cluster: cluster.into(),
            server: server.into(),
        }
    }
}

/// Reads the sync windows of an Argo CD project that count for an application, as a policy of [`window`](crate::window).
///
/// `text` is the manifest of an `AppProject`, its `spec`, or the list `syncWindows` alone, in YAML or JSON. A window counts if
/// one of its selectors matches, or all that it has with `andOperator`. The windows get the names `window 1`, `window 2`
/// by their places in the list.
///
/// ```
/// use relcore::interchange::{ArgoApplication, argo_sync_windows};
/// let project = r#"{"kind": "AppProject", "spec": {"syncWindows": [
///     {"kind": "deny", "schedule": "0 22 * * *", "duration": "8h", "applications": ["*"], "timeZone": "Europe/Berlin"},
///     {"kind": "allow", "schedule": "0 9 * * *", "duration": "1h30m", "namespaces": ["blog-*"], "manualSync": true}
/// ]}}"#;
/// let shop = ArgoApplication::new("shop", "shop-prod", "in-cluster", "https://kubernetes.default.svc");
/// let policy = argo_sync_windows(project, &shop)?;
/// // Pitfall: only the windows of this application are in the policy. Read the project once for each application.
/// assert_eq!(policy.windows.iter().map(|window| &*window.name).collect::<Vec<_>>(), ["window 1"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Two things differ from Argo CD. It takes the offset of a time zone from the clock on the wall, so that its windows are an
/// hour off after a clock change. And a window is active from its first instant on, where Argo CD leaves that instant out.
///
/// # Errors
/// All faults at once: `syntax` for text that is neither YAML nor JSON, `missing_field` for a document without
/// `syncWindows`, `unknown_field` for a misspelt key of a window, `invalid_value` for the kind `block`, a window without a
/// selector, which Argo CD never applies, and the pattern `[ab]*`: only `*` and `?` are read. Those of
/// [`window.policy_from_json`](crate::window::policy_from_json) for a zone, a cron expression and a duration.
pub fn argo_sync_windows(text: &str, application: &ArgoApplication) -> Result<Policy> {
    let document = document(text)?;
    let (path, list) = sync_windows(&document)?;
    let mut faults = Faults::new();
    let mut windows = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let name = format!("window {}", index.saturating_add(1));
        let read =
            read_window(value, application, name).map_err(|error| error.under(&format!("{path}[{index}]")));
        windows.extend(faults.absorb(read).flatten());
    }
    faults.finish()?;
    Ok(Policy::default().windows(windows))
}

#[cfg(feature = "yaml")]
fn document(text: &str) -> Result<Value> {
    wire::parse_yaml(text)
}

#[cfg(not(feature = "yaml"))]
fn document(text: &str) -> Result<Value> {
    wire::parse_json(text)
}

/// The list in a manifest, in a `spec`, or by itself, with its path.
fn sync_windows(document: &Value) -> Result<(&'static str, &[Value])> {
    let found = [
        ("spec.syncWindows", document.get("spec").and_then(|spec| spec.get("syncWindows"))),
        ("syncWindows", document.get("syncWindows")),
        ("", Some(document).filter(|document| document.is_array())),
    ];
    for (path, value) in found {
        match value {
            Some(Value::Array(list)) => return Ok((path, list)),
            Some(_) => return Err(Error::new(ErrorKind::WrongType, path, "expected a list of windows")),
            None => {}
        }
    }
    Err(Error::new(ErrorKind::MissingField, "spec.syncWindows", "the document has no sync windows"))
}

/// A window as Argo CD's project has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a sync window")]
struct SyncWindow {
    kind: String,
    schedule: String,
    duration: String,
    #[serde(default)]
    applications: Vec<String>,
    #[serde(default)]
    namespaces: Vec<String>,
    #[serde(default)]
    clusters: Vec<String>,
    #[serde(default)]
    manual_sync: bool,
    #[serde(default)]
    sync_overrun: bool,
    #[serde(default)]
    and_operator: bool,
    #[serde(default)]
    time_zone: String,
    #[serde(default, rename = "description")]
    _description: String,
}

/// The window with this name, if it counts for the application.
fn read_window(value: &Value, application: &ArgoApplication, name: String) -> Result<Option<Definition>> {
    let window = SyncWindow::deserialize(value).map_err(|fault| refused(&fault.to_string()))?;
    let mut faults = Faults::new();
    let counts = window.counts_for(application, &mut faults);
    let kind = match &*window.kind {
        "allow" => Kind::Allow,
        "deny" => Kind::Deny,
        other => {
            let text = format_args!("`{other}` is not a kind: expected `allow` or `deny`");
            faults.add(ErrorKind::InvalidValue, format_args!("kind"), text);
            Kind::Deny
        }
    };
    let duration = Span::parse(&window.duration).map_err(|error| error.under("duration"));
    let duration = faults.absorb(duration).unwrap_or(Span::from_hours(1));
    let zone = if window.time_zone.is_empty() { "UTC" } else { &window.time_zone };
    let mut definition =
        Definition::new(name, kind, Schedule::Cron { cron: window.schedule, duration }).zone(zone);
    definition.manual = window.manual_sync;
    definition.overrun = window.sync_overrun;
    faults.absorb(checked(&definition));
    faults.finish().map(|()| counts.then_some(definition))
}

/// The fault of a window that is not of this form.
fn refused(text: &str) -> Error {
    let kind = match text.split_once('`') {
        Some(("unknown field ", _)) => ErrorKind::UnknownField,
        Some(("missing field ", _)) => ErrorKind::MissingField,
        _ => ErrorKind::WrongType,
    };
    Error::new(kind, "", text)
}

/// Checks what a policy checks of a window; the paths are those of Argo CD.
fn checked(definition: &Definition) -> Result<()> {
    let mut faults = Faults::new();
    Policy::default().windows([definition.clone()]).check("", &mut faults);
    let Err(error) = faults.finish() else { return Ok(()) };
    let mut faults = Faults::new();
    for fault in error.faults() {
        let path = match fault.path.trim_start_matches("windows[0].") {
            "schedule.cron" => "schedule",
            "schedule.duration" => "duration",
            "zone" => "timeZone",
            other => other,
        };
        faults.add(fault.code, format_args!("{path}"), format_args!("{}", fault.text));
    }
    faults.finish()
}

impl SyncWindow {
    /// Whether its selectors match: one of them, or all that it has with `andOperator`.
    fn counts_for(&self, application: &ArgoApplication, faults: &mut Faults) -> bool {
        let selectors: [(&str, &[String], &[&str]); 3] = [
            ("applications", &self.applications, &[&application.name]),
            ("namespaces", &self.namespaces, &[&application.namespace]),
            ("clusters", &self.clusters, &[&application.cluster, &application.server]),
        ];
        let given = selectors.iter().filter(|(_, patterns, _)| !patterns.is_empty());
        let matches = given.map(|(selector, patterns, names)| {
            let matched = patterns.iter().enumerate().map(|(index, pattern)| {
                faults.check(
                    !pattern.contains(['[', ']', '{', '}', '\\', '!']),
                    ErrorKind::InvalidValue,
                    format_args!("{selector}[{index}]"),
                    format_args!(
                        "`{pattern}` is a pattern that is not read here: expected `*` and `?` alone"
                    ),
                );
                names.iter().any(|name| WildMatch::new(pattern).matches(name))
            });
            // Each of them, so that the faults of all are found.
            matched.filter(|own| *own).count() > 0
        });
        let matches: Vec<bool> = matches.collect();
        faults.check(
            !matches.is_empty(),
            ErrorKind::MissingField,
            format_args!("applications"),
            format_args!(
                "the window names no applications, namespaces or clusters: Argo CD never applies it"
            ),
        );
        if self.and_operator { matches.iter().all(|own| *own) } else { matches.contains(&true) }
    }
}
