use serde::{Deserialize, Serialize};

/// A framework of controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "audit.Framework", rename_all = "snake_case")]
pub enum Framework {
    /// SOC 2.
    Soc2,
    /// ISO/IEC 27001:2022.
    Iso27001,
    /// The General Data Protection Regulation of the EU.
    Gdpr,
    /// The Security Rule of HIPAA.
    Hipaa,
    /// FDA 21 CFR Part 11.
    Fda21Cfr11,
    /// IEC 62304.
    Iec62304,
    /// PCI DSS 4.0.
    PciDss,
    /// The Cyber Resilience Act of the EU, 2024/2847.
    EuCra,
}
