//! Groups of events: the codes of a column.
use crate::metrics::table::Events;

/// The groups that occur, numbered from 0 in the order of their codes.
pub(super) struct Groups<'a> {
    deployments: &'a [u32],
    incidents: &'a [u32],
    /// The codes that occur, ascending.
    codes: Vec<u32>,
    /// By code: its number, if there are about as many codes as events.
    table: Option<Vec<u32>>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(events: &Events<'a>) -> Self {
        let (deployments, incidents) = (events.deployments.group, events.incidents.group);
        let rows = deployments.len().saturating_add(incidents.len());
        let most = deployments.iter().chain(incidents).max().map_or(0, |most| *most as usize);
        if most > rows.saturating_mul(4) {
            let mut codes: Vec<u32> = deployments.iter().chain(incidents).copied().collect();
            codes.sort_unstable();
            codes.dedup();
            return Self { deployments, incidents, codes, table: None };
        }
        let mut table = vec![u32::MAX; most.saturating_add(1)];
        for code in deployments.iter().chain(incidents) {
            if let Some(number) = table.get_mut(*code as usize) {
                *number = 0;
            }
        }
        let mut codes = vec![];
        for (code, number) in (0_u32..).zip(&mut table).filter(|(_, number)| **number == 0) {
            *number = u32::try_from(codes.len()).unwrap_or(u32::MAX);
            codes.push(code);
        }
        Self { deployments, incidents, codes, table: Some(table) }
    }

    /// The codes of the groups.
    pub(super) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The number that stands for no group.
    pub(super) fn none(&self) -> u32 {
        u32::try_from(self.codes.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn of_deployment(&self, row: usize) -> u32 {
        self.number(self.deployments.get(row))
    }

    pub(super) fn of_incident(&self, row: usize) -> u32 {
        self.number(self.incidents.get(row))
    }

    fn number(&self, code: Option<&u32>) -> u32 {
        let Some(code) = code else { return self.none() }; // the column is left out
        let number = match &self.table {
            Some(table) => table.get(*code as usize).copied(),
            None => self.codes.binary_search(code).ok().and_then(|number| u32::try_from(number).ok()),
        };
        number.unwrap_or(self.none())
    }
}
