//! The stage that counts deployments for the frequency and the rates.
use super::buckets::{Bucket, Buckets, ByBucket};
use super::eligibility;
use super::excluded::Excluded;
use super::index::DeploymentIndex;
use super::read::Deployment;
use super::remediate::Rework;
use super::watch::{self, Watch, of_deployment};
use crate::metrics::{DeploymentIntent, ExclusionReason, Metric, Policy};
use std::collections::BTreeSet;

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
    /// Of the rework: what the policy leaves out of the fail rate.
    pub(super) rework_left_out: u64,
}

impl Counts {
    pub(super) fn merge(&mut self, other: &Self) {
        self.deployed += other.deployed;
        self.not_deployed.merge(&other.not_deployed);
        self.rated += other.rated;
        self.not_rated.merge(&other.not_rated);
        self.reworked += other.reworked;
        self.rework_left_out += other.rework_left_out;
    }
}

/// The counts of all buckets.
pub(super) struct Counted {
    pub(super) by_bucket: ByBucket<Counts>,
    /// Whether any deployment of the input, in range or not, counts for the frequency.
    pub(super) any_deployment: bool,
    /// The rework, where the policy leaves it out of the fail rate.
    pub(super) rework: BTreeSet<DeploymentIndex>,
}

pub(super) struct Count<'a> {
    policy: &'a Policy,
    counted: Counted,
}

impl<'a> Count<'a> {
    pub(super) fn new(policy: &'a Policy, buckets: &Buckets) -> Self {
        let by_bucket = ByBucket::new(buckets);
        Self { policy, counted: Counted { by_bucket, any_deployment: false, rework: BTreeSet::new() } }
    }

    /// Counts a deployment of an environment that the policy does not name.
    pub(super) fn other_environment(
        &mut self,
        deployment: &Deployment,
        bucket: Option<Bucket>,
        watch: &mut impl Watch,
    ) {
        for metric in BY_DEPLOYMENT {
            watch.see(|| of_deployment(metric, bucket, deployment, Err(ExclusionReason::OtherEnvironment)));
        }
        self.counted.by_bucket.update(bucket, |counts| {
            counts.not_deployed.add(ExclusionReason::OtherEnvironment);
            counts.not_rated.add(ExclusionReason::OtherEnvironment);
        });
    }

    /// Counts a deployment of an environment that the policy names.
    pub(super) fn deployment(
        &mut self,
        deployment: &Deployment,
        bucket: Option<Bucket>,
        rework: Rework,
        watch: &mut impl Watch,
    ) {
        let deployed = eligibility::frequency(deployment, self.policy);
        let rated = eligibility::rates(deployment, self.policy);
        self.counted.any_deployment |= deployed.is_ok();
        let Rework { counts: is_rework, takes_back } = rework;
        let left_out = is_rework && rated.is_ok() && self.policy.denominator.leaves_out_rework();
        if left_out {
            self.counted.rework.insert(deployment.index);
        }
        let share = |part| rated.map(|()| watch::Counts::Share(part));
        let rollback = takes_back || deployment.intent == DeploymentIntent::Rollback;
        watch.see(|| {
            of_deployment(
                Metric::DeploymentFrequency,
                bucket,
                deployment,
                deployed.map(|()| watch::Counts::One),
            )
        });
        watch.see(|| of_deployment(Metric::DeploymentReworkRate, bucket, deployment, share(is_rework)));
        if rollback {
            watch.rollback(deployment.index);
        }
        watch.see(|| of_deployment(Metric::RollbackRate, bucket, deployment, share(rollback)));
        if left_out {
            watch.see(|| {
                of_deployment(Metric::ChangeFailRate, bucket, deployment, Err(ExclusionReason::Rework))
            });
        } else if rated.is_err() {
            // The failure stage sees those that are rated.
            watch.see(|| of_deployment(Metric::ChangeFailRate, bucket, deployment, share(false)));
        }
        self.counted.by_bucket.update(bucket, |counts| {
            match deployed {
                Ok(()) => counts.deployed += 1,
                Err(reason) => counts.not_deployed.add(reason),
            }
            match rated {
                Ok(()) => {
                    counts.rated += 1;
                    counts.reworked += u64::from(is_rework);
                    counts.rework_left_out += u64::from(left_out);
                }
                Err(reason) => counts.not_rated.add(reason),
            }
        });
    }

    pub(super) fn finish(self) -> Counted {
        self.counted
    }
}

/// The metrics that each deployment counts for, or not.
const BY_DEPLOYMENT: [Metric; 4] =
    [Metric::DeploymentFrequency, Metric::DeploymentReworkRate, Metric::RollbackRate, Metric::ChangeFailRate];
