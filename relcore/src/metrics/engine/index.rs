//! Typed indices: the index of a deployment is never taken for that of a change.

macro_rules! indices {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(in crate::metrics) struct $name(u32);

        impl $name {
            pub(in crate::metrics) const fn new(index: u32) -> Self {
                Self(index)
            }

            /// The index into a slice.
            pub(in crate::metrics) const fn get(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

indices! {
    /// The index of a deployment; one beyond the table names a deployment that is not in the input.
    DeploymentIndex,
    /// The index of a change; one beyond the table names a change that is not in the input.
    ChangeIndex,
    /// The index of an incident.
    IncidentIndex
}
