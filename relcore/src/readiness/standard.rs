//! The standard checklists, a row an item.
use super::items::{Checklist, ChecklistItem, EvidenceKind};
use crate::release::Type;
use EvidenceKind::{Attendance, Confirmation, Document, Fact, Number};

/// The id, the text and the evidence of an item.
type Row = (&'static str, &'static str, EvidenceKind);

/// A section and its items; the first list of a checklist may have no title.
type Section = (&'static str, &'static [Row]);

const LISTS: &[(&str, &str, &[Section])] = &[
    (
        "roles",
        "People at the go/no-go meeting",
        &[(
            "",
            &[
                ("release_manager", "Release manager", Attendance),
                ("tech_lead", "Technical lead", Attendance),
                ("qa_lead", "Lead of quality assurance", Attendance),
                ("product_manager", "Product manager", Attendance),
                ("operations", "Operations or site reliability", Attendance),
                ("security", "Security, if the release touches it", Attendance),
            ],
        )],
    ),
    (
        "release_manager",
        "Duties of the release manager",
        &[(
            "",
            &[
                ("timeline", "Keep the timeline and the people who depend on it together", Confirmation),
                ("checklist_progress", "Follow the progress of the release checklist", Confirmation),
                ("meetings", "Lead the go/no-go meeting", Confirmation),
                ("stakeholders", "Keep stakeholders informed", Confirmation),
                ("rollback_decision", "Decide whether to roll back", Confirmation),
                ("lessons", "Write down what was learned", Document),
            ],
        )],
    ),
    (
        "agenda",
        "Agenda of the go/no-go meeting",
        &[(
            "",
            &[
                ("release_checklist", "Go through the release checklist", Confirmation),
                ("test_results", "Go through the test results", Confirmation),
                ("security_assessment", "Go through the security assessment", Confirmation),
                ("known_issues", "Go through the known issues", Confirmation),
                ("risks", "Weigh the risks", Confirmation),
                ("decision", "Decide: go or no-go", Confirmation),
            ],
        )],
    ),
    (
        "release",
        "Release checklist",
        &[
            (
                "Go criteria",
                &[
                    ("tests_passing", "All tests pass", Fact),
                    ("security_assessment_approved", "The security assessment is approved", Document),
                    ("no_critical_bugs", "No critical bug is known", Fact),
                    ("rollback_plan_documented", "The rollback plan is documented", Document),
                    ("monitoring_ready", "Monitoring is ready", Confirmation),
                    ("team_available", "The team is available for support", Confirmation),
                ],
            ),
            (
                "Development",
                &[
                    ("feature_freeze", "The date of the feature freeze is announced", Confirmation),
                    ("code_freeze", "The date of the code freeze is announced", Confirmation),
                    ("testing_schedule", "The test schedule is agreed", Document),
                    ("on_call_assigned", "People on call are assigned", Confirmation),
                ],
            ),
            (
                "Quality assurance",
                &[
                    ("test_plan", "Plan and scope of the tests are written", Document),
                    ("regression_suite", "The regression tests ran", Fact),
                    (
                        "performance_benchmarks",
                        "The benchmarks were compared with the previous version",
                        Document,
                    ),
                    ("qa_sign_off", "Quality assurance has signed off", Confirmation),
                ],
            ),
            (
                "Operations",
                &[
                    ("deployment_window", "The deployment window is agreed", Confirmation),
                    ("runbooks", "The runbooks are up to date", Document),
                    ("monitoring_setup", "Monitors and alerts know the new version", Confirmation),
                    ("rollback_rehearsed", "The rollback was rehearsed", Confirmation),
                ],
            ),
            (
                "Product",
                &[
                    ("release_timeline", "The timeline is announced", Confirmation),
                    ("key_features", "The key features are described", Document),
                    ("customer_impact", "The impact on customers is described", Document),
                ],
            ),
        ],
    ),
    (
        "no_go",
        "What stops a release",
        &[(
            "",
            &[
                ("critical_bug_found", "A critical bug was found", Fact),
                ("security_concern", "There is a security concern", Confirmation),
                ("testing_incomplete", "Testing is incomplete", Confirmation),
                ("rollback_plan_missing", "The rollback plan is missing", Confirmation),
                ("key_person_unavailable", "A key person is unavailable", Confirmation),
            ],
        )],
    ),
    (
        "rollback_plan",
        "Rollback plan",
        &[
            (
                "Before the deployment",
                &[
                    ("reversible_migrations", "Every migration of the database can be reversed", Fact),
                    ("feature_flags", "Large changes are behind feature flags", Confirmation),
                    (
                        "previous_version_running",
                        "The previous version can take the traffic back",
                        Confirmation,
                    ),
                ],
            ),
            (
                "After the deployment",
                &[
                    ("application", "How the application goes back is written down", Document),
                    ("database", "How the data goes back is written down, with what would be lost", Document),
                    (
                        "configuration",
                        "How configuration, flags and environment variables go back is written down",
                        Document,
                    ),
                    (
                        "caches",
                        "How caches of the application, the CDN and the memory are emptied is written down",
                        Document,
                    ),
                ],
            ),
        ],
    ),
    (
        "team",
        "Reaching the team",
        &[(
            "",
            &[
                ("primary", "A primary engineer is on call", Confirmation),
                ("backup", "A backup engineer is on call", Confirmation),
                ("time_zones", "The zones of the users are covered", Confirmation),
                ("response_times", "Response times are agreed", Document),
                ("chain_of_command", "The chain of command is written down", Document),
                ("war_room", "The channel of the war room exists, and everybody knows it", Confirmation),
            ],
        )],
    ),
    (
        "monitoring",
        "The first 24 hours",
        &[
            (
                "Errors",
                &[
                    ("application_errors", "Errors of the application", Number),
                    ("http_5xx", "Responses with a status of 500 and above", Number),
                    ("exceptions", "Exceptions", Number),
                ],
            ),
            (
                "Performance",
                &[
                    ("latency_p50", "Median response time", Number),
                    ("latency_p95", "95th percentile of the response time", Number),
                    ("latency_p99", "99th percentile of the response time", Number),
                    ("throughput", "Requests a second", Number),
                    ("cpu", "Use of processors", Number),
                    ("memory", "Use of memory", Number),
                ],
            ),
            (
                "Users",
                &[
                    ("active_users", "Active users", Number),
                    ("feature_adoption", "Use of the new features", Number),
                    ("sessions", "Sessions", Number),
                ],
            ),
            (
                "Infrastructure",
                &[
                    ("server_health", "Health of the servers", Fact),
                    ("database_connections", "Connections to the database", Number),
                    ("queue_depth", "Length of the queues", Number),
                ],
            ),
            (
                "Business",
                &[
                    ("conversion", "Conversion rate", Number),
                    ("revenue", "Revenue", Number),
                    ("retention", "Retention of users", Number),
                ],
            ),
        ],
    ),
    (
        "alerts",
        "Alerts of a release",
        &[(
            "",
            &[
                ("error_rate_alert", "The error rate rises above its baseline", Fact),
                ("latency_alert", "The response time exceeds its limit", Fact),
                ("resource_alert", "Processors or memory exceed their limits", Fact),
                ("health_check_alert", "A health check fails", Fact),
                ("http_5xx_alert", "Responses with a status of 500 and above increase", Fact),
            ],
        )],
    ),
    (
        "dashboards",
        "Dashboards of a release",
        &[(
            "",
            &[
                ("real_time", "The metrics of the release as they come in", Document),
                ("previous_version", "The comparison with the previous version", Document),
                ("anomalies", "What is unusual", Document),
                ("feedback", "Feedback and complaints of users", Document),
            ],
        )],
    ),
    (
        "support_brief",
        "Brief for support",
        &[
            (
                "Brief",
                &[
                    ("feature_overview", "What is new", Document),
                    ("questions", "Likely questions, with answers", Document),
                    ("known_issues", "Known issues", Document),
                    ("troubleshooting", "How to find the cause of a problem", Document),
                ],
            ),
            (
                "Escalation",
                &[
                    ("engineering_contact", "Whom to call in engineering", Confirmation),
                    ("severity_definitions", "What each severity means", Document),
                    ("response_targets", "How soon each severity is answered", Document),
                ],
            ),
        ],
    ),
    (
        "support_documentation",
        "Documentation for support",
        &[(
            "",
            &[
                ("help_articles", "Help articles are up to date", Document),
                ("migration_guides", "Migration guides are up to date", Document),
                ("api_documentation", "The documentation of the API is up to date", Document),
                ("tutorial_videos", "Tutorial videos show the new version", Document),
            ],
        )],
    ),
    (
        "documentation",
        "Documentation of a release",
        &[
            (
                "With every release",
                &[
                    ("readme", "README: version badges, compatibility", Document),
                    ("changelog", "CHANGELOG: the entry of the release", Document),
                    ("api_docs", "API: new and changed endpoints", Document),
                    ("user_guides", "Guides: new features", Document),
                    ("migration_guide", "Migration: breaking changes", Document),
                    ("installation", "Installation: new dependencies and requirements", Document),
                ],
            ),
            (
                "By version",
                &[
                    ("current_docs", "The documentation of the latest release is the current one", Document),
                    ("previous_docs", "The documentation of earlier minor versions is kept", Document),
                ],
            ),
        ],
    ),
    (
        "deprecation_notice",
        "Places of a deprecation notice",
        &[(
            "",
            &[
                ("in_changelog", "Changelog", Document),
                ("in_api_docs", "Documentation of the API", Document),
                ("in_code", "Comments and warnings in the code", Fact),
                ("in_release_notes", "Release notes", Document),
                ("in_email", "E-mail to users", Confirmation),
            ],
        )],
    ),
    (
        "kpi",
        "Targets of the metrics",
        &[
            (
                "Deployment",
                &[
                    ("deployment_frequency", "Deployments are more frequent than before", Confirmation),
                    (
                        "lead_time",
                        "The lead time, mean and 95th percentile, is shorter than before",
                        Confirmation,
                    ),
                    ("deployment_duration", "Deployments take the least downtime", Confirmation),
                    ("deployment_success_rate", "More than 95 % of deployments succeed", Number),
                ],
            ),
            (
                "Quality",
                &[
                    ("change_fail_rate", "Less than 15 % of changes fail", Number),
                    ("recovery_time", "Critical systems recover within an hour", Number),
                    ("rollback_rate", "Less than 5 % of releases are rolled back", Number),
                    ("escaped_bugs", "Fewer bugs reach production than before, by severity", Confirmation),
                ],
            ),
            (
                "Security",
                &[
                    ("vulnerabilities", "Vulnerabilities by severity are followed", Confirmation),
                    (
                        "time_to_patch",
                        "The time from disclosure to the deployed fix is followed",
                        Confirmation,
                    ),
                    ("scan_coverage", "The share of scanned dependencies is followed", Confirmation),
                    ("accepted_risks", "How long risks stay accepted is followed", Confirmation),
                ],
            ),
        ],
    ),
    (
        "retrospective",
        "Retrospective within a week",
        &[
            (
                "Questions",
                &[
                    ("went_well", "What went well?", Confirmation),
                    ("improve", "What could be better?", Confirmation),
                    ("surprises", "What came as a surprise?", Confirmation),
                    ("differently", "What do we do differently next time?", Confirmation),
                ],
            ),
            (
                "Write down",
                &[
                    ("action_items", "Actions, each with an owner and a date", Document),
                    ("process", "Changes of the process", Document),
                    ("tooling", "Changes of the tools", Document),
                    ("training", "What the team needs to learn", Document),
                ],
            ),
            (
                "Follow up",
                &[
                    ("implemented", "The changes are made", Confirmation),
                    ("measured", "Their effect is measured", Confirmation),
                    ("next_round", "The process is adapted once more", Confirmation),
                ],
            ),
        ],
    ),
    (
        "metrics_review",
        "Review of the metrics",
        &[(
            "",
            &[
                ("trends", "Look at the metrics and their trends", Confirmation),
                ("bottlenecks", "Find what slows releases down", Confirmation),
                ("improvements", "Celebrate what became better", Confirmation),
                ("new_targets", "Set new targets", Document),
            ],
        )],
    ),
    (
        "pipeline",
        "Automation of a release",
        &[
            (
                "Pipeline",
                &[
                    ("trigger", "A tag of a version starts the pipeline", Fact),
                    ("test_job", "The tests run", Fact),
                    ("security_job", "The dependencies are scanned", Fact),
                    ("build_job", "The build waits for tests and scan", Fact),
                    ("artifact", "The artifact is stored with its digest", Fact),
                    ("deploy_job", "The deployment takes that artifact, and no other", Fact),
                ],
            ),
            (
                "Texts",
                &[
                    ("notes_generated", "Release notes are made from the commits", Fact),
                    ("changelog_generated", "The changelog is made from the commits", Fact),
                ],
            ),
        ],
    ),
    (
        "environments",
        "Environments",
        &[(
            "",
            &[
                ("parity", "Environments differ only where they have to", Fact),
                ("infrastructure_as_code", "Infrastructure is managed as code", Fact),
                ("automated_promotion", "Builds are promoted by a machine", Fact),
                ("smoke_tests", "Smoke tests run in every environment", Fact),
            ],
        )],
    ),
    (
        "practices",
        "Practices",
        &[
            (
                "Blameless",
                &[
                    ("systems", "Causes are looked for in systems, not in people", Confirmation),
                    ("failures", "Failures are used to learn", Confirmation),
                    ("knowledge", "Knowledge is shared", Confirmation),
                ],
            ),
            (
                "Confidence",
                &[
                    ("automated_tests", "Tests are automated", Fact),
                    ("gradual_rollouts", "Rollouts are gradual", Fact),
                    ("quick_rollback", "A rollback is quick", Confirmation),
                    ("good_monitoring", "Monitoring shows what users notice", Confirmation),
                    ("clear_communication", "Everybody knows what is released when", Confirmation),
                    ("regular_practice", "Releases and rollbacks are practised", Confirmation),
                ],
            ),
            (
                "Improvement",
                &[
                    ("automate", "What is repeated is automated", Confirmation),
                    ("fewer_steps", "Steps by hand become fewer", Confirmation),
                    ("measure", "What is improved is measured", Confirmation),
                    ("each_release", "Each release teaches something", Confirmation),
                    ("share", "What works is shared", Confirmation),
                ],
            ),
        ],
    ),
    (
        "tools",
        "Tools by kind",
        &[(
            "",
            &[
                ("version_control", "Version control: Git, GitHub, GitLab", Confirmation),
                ("ci_cd", "CI/CD: Jenkins, GitHub Actions, GitLab CI, CircleCI", Confirmation),
                ("project_management", "Projects: Jira, Linear, Asana", Confirmation),
                ("communication", "Communication: Slack, Microsoft Teams, PagerDuty", Confirmation),
                ("monitoring_tools", "Monitoring: Datadog, New Relic, Prometheus, Grafana", Confirmation),
                ("error_tracking", "Errors: Sentry, Rollbar, Bugsnag", Confirmation),
                ("documentation_tools", "Documentation: Confluence, Notion, Read the Docs", Confirmation),
            ],
        )],
    ),
];

/// The limits and units of the numbers that have targets. The others have none, since they depend on the product.
const LIMITS: &[(&str, Option<f64>, Option<f64>, &str)] = &[
    ("deployment_success_rate", Some(95.0), None, "%"),
    ("change_fail_rate", None, Some(15.0), "%"),
    ("recovery_time", None, Some(3600.0), "s"),
    ("rollback_rate", None, Some(5.0), "%"),
];

/// The items that not every release type needs.
const REQUIRED_FOR: &[(&str, &str, &[Type])] = &[
    ("roles", "security", &SECURITY),
    ("release", "feature_freeze", &FEATURE),
    ("release", "code_freeze", &FEATURE),
    ("release", "performance_benchmarks", &FEATURE),
    ("release", "key_features", &FEATURE),
    ("documentation", "user_guides", &FEATURE),
    ("documentation", "migration_guide", &FEATURE),
    ("support_documentation", "tutorial_videos", &FEATURE),
];

const FEATURE: [Type; 3] = [Type::FeatureMajor, Type::FeatureMinor, Type::Lts];
const SECURITY: [Type; 4] =
    [Type::SecurityCritical, Type::SecurityHigh, Type::SecurityMedium, Type::SecurityLow];

pub(super) fn standard() -> Vec<Checklist> {
    LISTS.iter().map(|(id, title, sections)| list(id, title, sections)).collect()
}

fn list(list: &str, title: &str, sections: &[Section]) -> Checklist {
    let items = sections.iter().flat_map(|(section, rows)| {
        rows.iter().map(|&(id, text, evidence_kind)| {
            let mut item = ChecklistItem::new(id, text).evidence_kind(evidence_kind);
            item.section = Some((*section).to_owned()).filter(|section| !section.is_empty());
            item.role = (evidence_kind == Attendance).then(|| id.to_owned());
            if let Some((_, min, max, unit)) = LIMITS.iter().find(|(of, ..)| *of == id) {
                (item.min, item.max, item.unit) = (*min, *max, Some((*unit).to_owned()));
            }
            if let Some((.., types)) = REQUIRED_FOR.iter().find(|(of, item, _)| (*of, *item) == (list, id)) {
                item.required_for = types.to_vec();
            }
            item
        })
    });
    Checklist::new(list, title).items(items)
}
