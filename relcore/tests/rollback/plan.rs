//! Plans of random items, against a naive model.
use proptest::prelude::*;
use proptest::sample::select;
use relcore::rollback::{
    ItemKind, Plan, PlanItem, PlanVerdict, SchemaChange, check_rollback_plan, plan_rollback,
};
use relcore::{Severity, Span, Timestamp};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T03:00:00Z").unwrap()
}

fn kinds() -> impl Strategy<Value = ItemKind> {
    use ItemKind as K;
    select(vec![K::Database, K::FeatureFlag, K::Traffic, K::Application, K::Configuration, K::Cache])
}

prop_compose! {
    /// Items that wait for earlier ones only, so that there is no cycle, in any order.
    fn items()(
        parts in prop::collection::vec((kinds(), prop::option::of(0_i32..50), any::<u8>(), any::<u32>()), 0..9),
        order in any::<prop::sample::Index>(),
    ) -> Vec<PlanItem> {
        let mut items: Vec<PlanItem> = Vec::new();
        for (index, (kind, minutes, facts, after)) in parts.into_iter().enumerate() {
            let mut item = PlanItem::new(format!("i{index}"), kind).tested(facts & 1 == 0);
            item.duration = minutes.map(Span::from_minutes);
            if kind == ItemKind::Database {
                item.schema_change = [None, Some(SchemaChange::Expand), Some(SchemaChange::Contract)]
                    [usize::from(facts / 2 % 3)];
                item.has_down = [None, Some(true), Some(false)][usize::from(facts / 8 % 3)];
                item.backup_at = (facts & 64 != 0).then(now);
            }
            // One in four of the earlier ones.
            item.after = (0..index).filter(|earlier| after >> (2 * earlier) & 3 == 0).map(|n| format!("i{n}")).collect();
            items.push(item);
        }
        let middle = order.index(items.len() + 1).min(items.len());
        items.rotate_left(middle);
        items
    }
}

/// The stage of each step by its code, which is not that of a step with `after`.
fn stage(item: &PlanItem, plan: &Plan) -> u8 {
    use relcore::rollback::PlanAction as A;
    let needs_schema = |item: &PlanItem| !matches!(item.schema_change, Some(SchemaChange::Expand));
    let action = |id: &str| plan.steps.iter().find(|step| step.id == id).unwrap().action;
    match action(&item.id) {
        A::DisableFlag => 0,
        A::SwitchTraffic => {
            let schema_first =
                plan.steps.iter().any(|step| matches!(step.action, A::MigrateDown | A::RestoreBackup));
            if schema_first { 5 } else { 1 }
        }
        A::RestoreBackup => 2,
        A::MigrateDown if needs_schema(item) => 2,
        A::RevertFiles => 3,
        A::RedeployPrevious => 4,
        A::KeepSchema | A::MigrateDown => 6,
        _ => 7,
    }
}

/// The first of the items that may come next, again and again.
fn naive_order(items: &[PlanItem], plan: &Plan) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    while done.len() < items.len() {
        let free = items
            .iter()
            .filter(|item| !done.contains(&item.id) && item.after.iter().all(|id| done.contains(id)));
        // `min_by_key` takes the first of equal ones.
        done.push(free.min_by_key(|item| stage(item, plan)).unwrap().id.clone());
    }
    done
}

fn duration(plan: &Plan, index: usize) -> Option<Span> {
    plan.steps[index].duration
}

/// The end of a step, by looking at all steps before it.
fn end(items: &[PlanItem], plan: &Plan, index: usize) -> Option<Span> {
    let item = |index: usize| items.iter().find(|item| item.id == plan.steps[index].id).unwrap();
    let mut start = Span::ZERO;
    for earlier in 0..index {
        let waits = stage(item(earlier), plan) < stage(item(index), plan)
            || item(index).after.contains(&item(earlier).id);
        if waits {
            start = start.max(end(items, plan, earlier)?);
        }
    }
    Some(start.saturating_add(duration(plan, index)?))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_order_and_the_time_are_those_of_the_model(items in items()) {
        let plan = plan_rollback(&items, now()).unwrap();
        let ids: Vec<String> = plan.steps.iter().map(|step| step.id.clone()).collect();
        prop_assert_eq!(&ids, &naive_order(&items, &plan));

        let known = !plan.steps.is_empty() && plan.steps.iter().all(|step| step.duration.is_some());
        let ends = || (0..plan.steps.len()).map(|index| end(&items, &plan, index).unwrap());
        prop_assert_eq!(plan.critical, if known { ends().max() } else { None });
        let sum = || plan.steps.iter().fold(Span::ZERO, |sum, step| sum.saturating_add(step.duration.unwrap()));
        prop_assert_eq!(plan.total, known.then(sum));
        // The steps of the critical path, one after the other, take as long as the plan.
        let on_path = |id: &String| plan.steps.iter().find(|step| step.id == *id).unwrap().duration;
        let path = plan.critical_path.iter().try_fold(Span::ZERO, |sum, id| Some(sum.saturating_add(on_path(id)?)));
        prop_assert_eq!(path, Some(plan.critical.unwrap_or(Span::ZERO)));
    }

    #[test]
    fn the_verdict_is_that_of_the_worst_finding(items in items()) {
        let plan = plan_rollback(&items, now()).unwrap();
        let findings = check_rollback_plan(&items, now()).unwrap();
        let expected = match findings.iter().map(|finding| finding.severity).max() {
            Some(Severity::Critical) => PlanVerdict::Blocked,
            Some(Severity::Error | Severity::Warning) => PlanVerdict::HasGaps,
            _ => PlanVerdict::Complete,
        };
        prop_assert_eq!(plan.verdict, expected);
        prop_assert!(!plan.reasons.is_empty());
    }

    #[test]
    fn items_that_wait_for_one_another_are_refused(items in items(), extra in 0_usize..9) {
        prop_assume!(items.len() > 1);
        let mut items = items;
        let last = items.len() - 1;
        let (a, b) = (extra % items.len(), if extra % items.len() == last { 0 } else { last });
        let (id_a, id_b) = (items[a].id.clone(), items[b].id.clone());
        items[a].after.push(id_b);
        items[b].after.push(id_a);
        let error = plan_rollback(&items, now()).unwrap_err();
        prop_assert!(error.faults().iter().all(|fault| fault.path.ends_with(".after")));
    }
}

#[test]
fn more_items_than_a_person_could_follow_are_refused() {
    let items: Vec<PlanItem> = (0..1001).map(|n| PlanItem::new(format!("{n}"), ItemKind::Cache)).collect();
    assert_eq!(plan_rollback(&items, now()).unwrap_err().path(), "items");
    assert!(plan_rollback(&items[1..], now()).is_ok());
}
