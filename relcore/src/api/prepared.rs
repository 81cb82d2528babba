//! Many calls with JSON under few policies.
use super::json::{Given, JsonTransport, call_json};
use super::{Constructor, Handle, Method, Signature, constructors, method};
use crate::error::Result;
use crate::wire;
use std::{borrow::Cow, collections::BTreeMap};

/// Calls functions by name with JSON, and prepares each policy once: for many decisions under the same policies.
///
/// A function whose module has a handle with a method of its name, such as `canary.next_action` with
/// [`Rollout::next_action`](crate::canary::Rollout::next_action), is called through that handle. The handle is made at the
/// first call with a policy and serves the later calls with the same text. Every other function, and every call that is
/// refused, goes through [`call_json`], so results and errors are the same.
///
/// Each function has the handles of at most 1 MiB of policies. When another one does not fit, all of them are dropped and
/// made again as they are called for; a policy over 1 MiB is prepared at every call.
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
    routes: BTreeMap<&'static str, Option<Route>>,
}

/// How a function is called through a handle.
#[derive(Debug)]
struct Route {
    constructor: Constructor,
    method: Method,
    /// The argument that is the policy, as it is named on the wire.
    policy: Cow<'static, str>,
    /// The arguments of the method, likewise.
    others: Vec<Cow<'static, str>>,
    /// By the text of the policy.
    handles: BTreeMap<String, Handle>,
    /// The length of all these texts.
    cached: usize,
}

/// The most bytes of policies whose handles a function has. The policies of most logs are far below it.
const MOST_CACHED: usize = 1 << 20;

impl PreparedCalls {
    /// Calls a public function by name with JSON, as [`call_json`].
    ///
    /// # Errors
    /// As [`call_json`].
    pub fn call_json(&mut self, function: &str, arguments: &str) -> Result<String> {
        match self.route(function).and_then(|route| route.call(arguments)) {
            Some(result) => Ok(result),
            None => call_json(function, arguments),
        }
    }

    /// The route to a function, found at its first call. The name of an unknown function is not cached.
    fn route(&mut self, function: &str) -> Option<&mut Route> {
        if !self.routes.contains_key(function) {
            let resolved = super::function(function)?;
            self.routes.insert(resolved.signature().name, Route::to(resolved.signature()));
        }
        self.routes.get_mut(function)?.as_mut()
    }
}

impl Route {
    /// The handle of the module whose method takes all arguments of the function but the policy.
    fn to(function: &Signature) -> Option<Self> {
        let (module, own) = function.name.split_once('.')?;
        let of_module = |constructor: &Constructor| {
            constructor.signature().name.split_once('.').is_some_and(|(of, _)| of == module)
        };
        constructors().filter(of_module).find_map(|constructor| {
            let handle = constructor.signature();
            let method = method(&format!("{}.{own}", handle.name))?;
            let &[policy] = handle.arguments else { return None };
            let others = method.signature().arguments;
            let fits = function.arguments.contains(&policy)
                && function.arguments.iter().filter(|name| **name != policy).eq(others);
            fits.then(|| Self {
                constructor,
                method,
                policy: wire::wire_name(policy),
                others: others.iter().map(|name| wire::wire_name(name)).collect(),
                handles: BTreeMap::new(),
                cached: 0,
            })
        })
    }

    /// The result; `None` for a call that is refused, or whose policy is too long.
    fn call(&mut self, arguments: &str) -> Option<String> {
        let Given(mut given) = serde_json::from_str(arguments).ok()?;
        let policy = given.remove(&*self.policy)?.get();
        let others = self.others.iter().map(|name| given.remove(&**name).map(|text| text.get())).collect();
        if !given.is_empty() || policy.len() > MOST_CACHED {
            return None;
        }
        let method = self.method;
        let mut transport = JsonTransport::new(others);
        method.call(self.handle(policy)?, &mut transport).ok()?;
        Some(transport.into_text())
    }

    /// The handle of a policy; `None` for one that is refused.
    fn handle(&mut self, policy: &str) -> Option<&Handle> {
        if !self.handles.contains_key(policy) {
            let handle = self.constructor.call(&mut JsonTransport::new(vec![Some(policy)])).ok()?;
            self.cached = self.cached.saturating_add(policy.len());
            if self.cached > MOST_CACHED {
                self.handles.clear();
                self.cached = policy.len();
            }
            self.handles.insert(policy.to_owned(), handle);
        }
        self.handles.get(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::methods;

    /// A call of `window.status` under a policy whose text is so long.
    fn input(policy_length: usize) -> String {
        let policy = format!("{{{}}}", " ".repeat(policy_length - 2));
        format!(r#"{{"subject": {{}}, "policy": {policy}, "now": "2026-11-23T09:00:00Z"}}"#)
    }

    #[test]
    fn handles_are_dropped_when_their_policies_exceed_one_mebibyte() {
        let mut calls = PreparedCalls::default();
        let expected = call_json("window.status", &input(2)).unwrap();
        let mut cached_after = |length| {
            assert_eq!(calls.call_json("window.status", &input(length)).unwrap(), expected);
            let route = calls.route("window.status").unwrap();
            assert_eq!(route.cached, route.handles.keys().map(String::len).sum::<usize>());
            route.handles.keys().map(String::len).collect::<Vec<_>>()
        };
        let half = 1 << 19;
        assert_eq!(cached_after(half), [half]);
        assert_eq!(cached_after(half), [half]);
        assert_eq!(cached_after(half - 1), [half, half - 1]);
        assert_eq!(cached_after(2), [2]); // 1 MiB and one byte
        assert_eq!(cached_after(half - 2), [half - 2, 2]);
        assert_eq!(cached_after(half), [half, half - 2, 2]); // 1 MiB
        // A longer policy drops none.
        assert_eq!(cached_after(2 * half + 1), [half, half - 2, 2]);
        assert_eq!(cached_after(2 * half), [2 * half]);
    }

    #[test]
    fn a_refused_call_has_the_same_error_and_leaves_no_handle() {
        let mut calls = PreparedCalls::default();
        for (function, input) in [
            ("window.state", "{}"),
            ("window.status", "{}"),
            ("window.status", r#"{"policy": {"windows": 1}, "subject": {}, "now": "soon"}"#),
            ("window.status", r#"{"policy": {}, "subject": {}, "now": "2026-11-23T09:00:00Z", "then": 1}"#),
            ("window.status", r#"{"policy": {}, "policy": {}, "subject": {}, "now": "2026-11-23T09:00:00Z"}"#),
            ("window.status", r#"{"policy": null, "subject": {}, "now": "2026-11-23T09:00:00Z"}"#),
            ("window.status", "["),
        ] {
            assert_eq!(calls.call_json(function, input).unwrap_err(), call_json(function, input).unwrap_err());
        }
        assert_eq!(calls.routes.keys().copied().collect::<Vec<_>>(), ["window.status"]);
        assert!(calls.route("window.status").unwrap().handles.is_empty());
    }

    #[test]
    fn every_method_that_a_function_shares_its_name_with_is_used() {
        for method in methods() {
            let (handle, own) = method.signature().name.rsplit_once('.').unwrap();
            let (module, _) = handle.split_once('.').unwrap();
            if let Some(function) = crate::api::function(&format!("{module}.{own}")) {
                let route = Route::to(function.signature());
                assert_eq!(route.map(|route| route.method), Some(method));
            }
        }
    }
}
