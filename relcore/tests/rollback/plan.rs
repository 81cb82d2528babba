//! Laws of rollback plans, and the order and time of a plan against a naive model.
use proptest::prelude::*;
use relcore::reason::Severity;
use relcore::rollback::{
    ItemKind, Plan, PlanAction, PlanItem, PlanVerdict, SchemaChange, code, plan_rollback,
};
use relcore::{Span, Timestamp};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T03:00:00Z").unwrap()
}

fn ago(minutes: i32) -> Timestamp {
    now().plus(Span::from_minutes(-minutes)).unwrap()
}

fn kind() -> impl Strategy<Value = ItemKind> {
    prop::sample::select(vec![
        ItemKind::Database,
        ItemKind::FeatureFlag,
        ItemKind::Traffic,
        ItemKind::Application,
        ItemKind::Configuration,
        ItemKind::Cache,
    ])
}

fn schema_change() -> impl Strategy<Value = Option<SchemaChange>> {
    prop::sample::select(vec![
        None,
        Some(SchemaChange::Unchanged),
        Some(SchemaChange::Expand),
        Some(SchemaChange::Contract),
    ])
}

/// Items that wait for earlier ones only, so that there is no cycle.
fn items() -> impl Strategy<Value = Vec<PlanItem>> {
    let facts = (
        kind(),
        prop::option::of(0..90_i32),
        any::<Option<bool>>(),
        schema_change(),
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        prop::option::of(0..500_i32),
        prop::option::of(0..500_i32),
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    );
    prop::collection::vec(facts, 0..9).prop_map(|all| {
        let mut items = Vec::new();
        for (index, (kind, minutes, tested, change, down, loses, backup, write, after)) in
            all.into_iter().enumerate()
        {
            let mut item = PlanItem::new(format!("item-{index}"), kind);
            item.duration = minutes.map(Span::from_minutes);
            item.tested = tested;
            item.owner = Some("on-call".to_owned());
            item.commands = vec!["run".to_owned()];
            if index > 0 {
                item.after = after.iter().map(|at| format!("item-{}", at.index(index))).collect();
            }
            if kind == ItemKind::Database {
                (item.schema_change, item.has_down, item.down_loses_data) = (change, down, loses);
                (item.backup_at, item.last_write_at) = (backup.map(ago), write.map(ago));
            }
            items.push(item);
        }
        items
    })
}

/// When each step is done, if steps begin as soon as all that they wait for are done: those of `after`, and those before it
/// in the plan that belong to an earlier stage.
fn naive_ends(plan: &Plan, items: &[PlanItem]) -> Vec<Span> {
    let stage = |index: usize| {
        stage(&plan.steps[index].action, has_schema_first(plan, items), item_of(plan, items, index))
    };
    let mut ends: Vec<Span> = Vec::new();
    for index in 0..plan.steps.len() {
        let item = item_of(plan, items, index);
        let start = (0..index)
            .filter(|earlier| stage(*earlier) < stage(index) || item.after.contains(&plan.steps[*earlier].id))
            .map(|earlier| ends[earlier])
            .max()
            .unwrap_or(Span::ZERO);
        ends.push(start.saturating_add(plan.steps[index].duration.unwrap_or(Span::ZERO)));
    }
    ends
}

fn item_of<'a>(plan: &Plan, items: &'a [PlanItem], index: usize) -> &'a PlanItem {
    items.iter().find(|item| item.id == plan.steps[index].id).unwrap()
}

/// Whether the previous version cannot run before a database step.
fn needs_schema(action: PlanAction, item: &PlanItem) -> bool {
    let may_stay = matches!(item.schema_change, Some(SchemaChange::Unchanged | SchemaChange::Expand));
    action == PlanAction::RestoreBackup || (action == PlanAction::MigrateDown && !may_stay)
}

fn has_schema_first(plan: &Plan, items: &[PlanItem]) -> bool {
    (0..plan.steps.len()).any(|index| needs_schema(plan.steps[index].action, item_of(plan, items, index)))
}

/// The table of the docs.
fn stage(action: &PlanAction, schema_first: bool, item: &PlanItem) -> u32 {
    match action {
        PlanAction::DisableFlag => 0,
        PlanAction::SwitchTraffic if !schema_first => 1,
        action if needs_schema(*action, item) => 2,
        PlanAction::RevertFiles | PlanAction::RevertFlags | PlanAction::ResetEnvironment => 3,
        PlanAction::RedeployPrevious => 4,
        PlanAction::SwitchTraffic => 5,
        PlanAction::MigrateDown | PlanAction::KeepSchema => 6,
        PlanAction::ClearApplicationCache | PlanAction::ResetMemory => 7,
        PlanAction::PurgeCdn => 8,
        other => panic!("no stage of {other}"),
    }
}

proptest! {
    #[test]
    fn every_item_has_one_step_which_follows_all_that_it_waits_for(items in items()) {
        let plan = plan_rollback(&items, now()).unwrap();
        let position = |id: &str| plan.steps.iter().position(|step| step.id == id).unwrap();
        prop_assert_eq!(plan.steps.len(), items.len());
        for item in &items {
            for before in &item.after {
                prop_assert!(position(before) < position(&item.id), "{before} before {}", item.id);
            }
        }
        // Of two steps that nobody made wait, the one of the earlier stage comes first.
        let schema_first = has_schema_first(&plan, &items);
        let free = items.iter().filter(|item| item.after.is_empty());
        let stages: Vec<(usize, u32)> = free
            .map(|item| (position(&item.id), stage(&plan.steps[position(&item.id)].action, schema_first, item)))
            .collect();
        for (place, own) in &stages {
            prop_assert!(stages.iter().all(|(other, stage)| stage >= own || other < place));
        }
    }

    #[test]
    fn the_times_are_those_of_the_naive_model(items in items()) {
        let plan = plan_rollback(&items, now()).unwrap();
        let ends = naive_ends(&plan, &items);
        let is_known = !items.is_empty() && plan.steps.iter().all(|step| step.duration.is_some());
        prop_assert_eq!(plan.critical.is_some(), is_known);
        prop_assert_eq!(plan.total.is_some(), is_known);
        if let (Some(critical), Some(total)) = (plan.critical, plan.total) {
            prop_assert_eq!(Some(critical), ends.iter().copied().max());
            prop_assert!(critical <= total);
            // The critical path has no pause.
            let along = plan.steps.iter().filter(|step| plan.critical_path.contains(&step.id));
            let sum = along.filter_map(|step| step.duration).fold(Span::ZERO, Span::saturating_add);
            prop_assert_eq!(sum, critical);
            for (step, end) in plan.steps.iter().zip(&ends) {
                let start = end.saturating_sub(step.duration.unwrap());
                prop_assert_eq!(step.starts_after, Some(start));
            }
        }
    }

    #[test]
    fn a_complete_plan_has_no_unknown_fact_and_loses_nothing(items in items()) {
        let plan = plan_rollback(&items, now()).unwrap();
        if plan.verdict == PlanVerdict::Complete {
            prop_assert!(plan.missing.is_empty() && plan.data_loss.is_empty() && !plan.steps.is_empty());
            prop_assert!(plan.reasons.iter().all(|reason| reason.severity == Severity::Info));
        } else {
            prop_assert!(plan.reasons.iter().any(|reason| reason.severity > Severity::Info));
        }
    }

    /// To learn a fact for the better never makes the verdict worse, and a worse one never makes it better.
    #[test]
    fn tests_and_owners_never_make_a_plan_worse(items in items()) {
        let rank = |items: &[PlanItem]| plan_rollback(items, now()).unwrap().verdict;
        let mut better = items.clone();
        for item in &mut better {
            item.tested = Some(true);
            item.duration = item.duration.or(Some(Span::from_minutes(1)));
        }
        prop_assert!(rank(&better) <= rank(&items));
        let mut worse = items.clone();
        for item in &mut worse {
            (item.tested, item.owner) = (Some(false), None);
        }
        prop_assert!(rank(&worse) >= rank(&items));
    }

    /// A restored backup loses exactly the writes that are younger than it.
    #[test]
    fn a_backup_loses_what_was_written_after_it(backup in 0..500_i32, write in 0..500_i32) {
        let item = PlanItem::new("orders", ItemKind::Database)
            .schema_change(SchemaChange::Contract)
            .has_down(false)
            .backup_at(ago(backup))
            .last_write_at(ago(write));
        let plan = plan_rollback(&[item], now()).unwrap();
        let loss = plan.data_loss.first().map(|loss| (loss.start, loss.end));
        prop_assert_eq!(loss, (write < backup).then(|| (Some(ago(backup)), Some(ago(write)))));
        let outdated = plan.reasons.iter().any(|reason| reason.code == code::BACKUP_OUTDATED);
        prop_assert_eq!(outdated, write < backup);
    }
}
