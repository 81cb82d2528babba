//! The stage that counts deployments for the frequency and the rates.
use super::buckets::{Bucket, Buckets, ByBucket};
use super::eligibility;
use super::excluded::Excluded;
use super::read::Deployment;
use crate::metrics::{ExclusionReason, Policy};

/// The deployments of one bucket.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    /// Deployments that count for the frequency, and those that do not.
    pub(super) deployed: u64,
    pub(super) not_deployed: Excluded,
    /// Deployments that the rates are shares of, and those that are not.
    pub(super) rated: u64,
    pub(super) not_rated: Excluded,
    /// Of those that are rated: the rework.
    pub(super) reworked: u64,
}

impl Counts {
    pub(super) fn merge(&mut self, other: &Self) {
        self.deployed += other.deployed;
        self.not_deployed.merge(&other.not_deployed);
        self.rated += other.rated;
        self.not_rated.merge(&other.not_rated);
        self.reworked += other.reworked;
    }
}

/// The counts of all buckets.
pub(super) struct Counted {
    pub(super) by_bucket: ByBucket<Counts>,
    /// Whether any deployment of the input, in range or not, counts for the frequency.
    pub(super) any_deployment: bool,
}

pub(super) struct Count<'a> {
    policy: &'a Policy,
    counted: Counted,
}

impl<'a> Count<'a> {
    pub(super) fn new(policy: &'a Policy, buckets: &Buckets) -> Self {
        Self { policy, counted: Counted { by_bucket: ByBucket::new(buckets), any_deployment: false } }
    }

    /// Counts a deployment of an environment that the policy does not name.
    pub(super) fn other_environment(&mut self, bucket: Option<Bucket>) {
        self.counted.by_bucket.update(bucket, |counts| {
            counts.not_deployed.add(ExclusionReason::OtherEnvironment);
            counts.not_rated.add(ExclusionReason::OtherEnvironment);
        });
    }

    /// Counts a deployment of an environment that the policy names.
    pub(super) fn deployment(&mut self, deployment: &Deployment, bucket: Option<Bucket>, rework: bool) {
        let deployed = eligibility::frequency(deployment, self.policy);
        let rated = eligibility::rates(deployment, self.policy);
        self.counted.any_deployment |= deployed.is_ok();
        self.counted.by_bucket.update(bucket, |counts| {
            match deployed {
                Ok(()) => counts.deployed += 1,
                Err(reason) => counts.not_deployed.add(reason),
            }
            match rated {
                Ok(()) => {
                    counts.rated += 1;
                    counts.reworked += u64::from(rework);
                }
                Err(reason) => counts.not_rated.add(reason),
            }
        });
    }

    pub(super) fn finish(self) -> Counted {
        self.counted
    }
}
