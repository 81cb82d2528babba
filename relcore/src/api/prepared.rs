//! Many calls with JSON under few policies.
use super::json::{Given, JsonTransport, call_json};
use super::{Constructor, Handle, Method, constructors, method};
use crate::error::Result;
use crate::wire;
use std::collections::BTreeMap;

/// Calls functions by name with JSON, and prepares each policy once: for many decisions under the same policies.
///
/// A function whose module has a handle with a method of its name, such as `canary.next_action` with
/// [`Rollout::next_action`](crate::canary::Rollout::next_action), is called through that handle. The handle is made at the
/// first call with a policy and serves every later call with the same text. Every other function, and every call that is
/// refused, goes through [`call_json`], so results and errors are the same.
///
/// ```
/// use relcore::api::{PreparedCalls, call_json};
/// let mut calls = PreparedCalls::default();
/// for hour in 9..17 {
///     let input = format!(r#"{{"subject": {{}}, "policy": {{}}, "now": "2026-11-23T{hour:02}:00:00Z"}}"#);
///     assert_eq!(calls.call_json("window.status", &input)?, call_json("window.status", &input)?);
/// }
/// // Pitfall: the text of the policy decides. Another order of its keys is another policy, and is prepared again.
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct PreparedCalls {
    /// By the name of the function; `None` for one without a handle.
    routes: BTreeMap<String, Option<Route>>,
}

/// The way to a function through a handle.
#[derive(Debug)]
struct Route {
    constructor: Constructor,
    method: Method,
    policy: &'static str,
    /// By the text of the policy.
    handles: BTreeMap<String, Handle>,
    /// The length of all these texts.
    kept: usize,
}

/// How many bytes of policies a function keeps at most. A log with more of them at once is rare; then they are made anew.
const MOST_KEPT: usize = 1 << 20;

impl PreparedCalls {
    /// Calls a public function by name with JSON, as [`call_json`].
    ///
    /// # Errors
    /// As [`call_json`].
    pub fn call_json(&mut self, function: &str, arguments: &str) -> Result<String> {
        if !self.routes.contains_key(function) {
            self.routes.insert(function.to_owned(), Route::to(function));
        }
        let route = self.routes.get_mut(function).and_then(Option::as_mut);
        match route.and_then(|route| route.call(arguments)) {
            Some(result) => Ok(result),
            None => call_json(function, arguments),
        }
    }
}

impl Route {
    /// The handle whose method takes all arguments of the function but the policy.
    fn to(function: &str) -> Option<Self> {
        let (module, own) = function.split_once('.')?;
        let arguments = super::function(function)?.signature().arguments;
        constructors().find_map(|constructor| {
            let signature = constructor.signature();
            let method = method(&format!("{}.{own}", signature.name))?;
            let [policy] = signature.arguments else { return None };
            let others = arguments.iter().filter(|name| *name != policy);
            let fits = signature.name.split_once('.').is_some_and(|(of, _)| of == module)
                && arguments.contains(policy)
                && others.eq(method.signature().arguments);
            fits.then(|| Self { constructor, method, policy, handles: BTreeMap::new(), kept: 0 })
        })
    }

    /// The result; `None` for a call that is refused.
    fn call(&mut self, arguments: &str) -> Option<String> {
        let Given(mut given) = serde_json::from_str(arguments).ok()?;
        let policy = given.remove(&*wire::wire_name(self.policy))?.get();
        let names = self.method.signature().arguments.iter();
        let others: Vec<_> =
            names.map(|name| given.remove(&*wire::wire_name(name)).map(|text| text.get())).collect();
        if !given.is_empty() || policy.len() > MOST_KEPT {
            return None;
        }
        if !self.handles.contains_key(policy) {
            if self.kept.saturating_add(policy.len()) > MOST_KEPT {
                (self.handles, self.kept) = (BTreeMap::new(), 0);
            }
            let handle = self.constructor.call(&mut JsonTransport::new(vec![Some(policy)])).ok()?;
            self.handles.insert(policy.to_owned(), handle);
            self.kept = self.kept.saturating_add(policy.len());
        }
        let mut transport = JsonTransport::new(others);
        self.method.call(self.handles.get(policy)?, &mut transport).ok()?;
        Some(transport.into_text())
    }
}
