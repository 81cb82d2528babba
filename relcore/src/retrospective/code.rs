//! The reason codes of `retrospective`.
use crate::reason::reason_codes;

reason_codes! {
    /// The retrospective of the release is due on a later day.
    RETROSPECTIVE_AHEAD;
    /// The retrospective of the release was not held in time.
    RETROSPECTIVE_OVERDUE;
    /// The retrospective of the release was held in time.
    RETROSPECTIVE_HELD;
    /// The retrospective of the release was held, but late.
    RETROSPECTIVE_HELD_LATE;
    /// There are no action items.
    NO_ACTION_ITEMS;
    /// All action items are done.
    ACTION_ITEMS_DONE;
    /// An action item is not done, and its day has not passed.
    ACTION_ITEM_OPEN;
    /// An action item is not done, and its day has passed.
    ACTION_ITEM_OVERDUE;
    /// An action item that is not done has no owner.
    ACTION_ITEM_WITHOUT_OWNER;
    /// An action item that is not done has no day on which it is due.
    ACTION_ITEM_WITHOUT_DATE;
    /// The action item is not done, so it has had no effect yet.
    ACTION_NOT_DONE;
    /// The metric is not defined before or after the action.
    METRIC_UNDEFINED;
    /// The metric rests on too few items, before or after the action.
    METRIC_LOW_N;
    /// The metric is proven better after the action than before it.
    METRIC_IMPROVED;
    /// The metric is proven worse after the action than before it.
    METRIC_WORSENED;
    /// The metric is neither proven better nor proven worse.
    METRIC_CHANGE_NOT_PROVEN;
}
