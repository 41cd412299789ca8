//! Deals. Source: Apollo facts §4.9.

use serde_json::{Map, Number, Value, json};

use super::contact_record::set;
use super::organizations::Organizations;
use super::random::{Random, id, index_of, kind};
use super::time;

/// Most deals invented from the start.
const MOST_INVENTED: usize = 40;

/// One deal and the contact it belongs to.
#[derive(Debug, Clone)]
pub struct Deal {
    /// Its members.
    pub record: Map<String, Value>,
    /// Number of the contact.
    pub contact: Option<usize>,
    /// Kept from the acting admin's eyes. Source: Apollo facts §3.4 (deal not visible).
    pub hidden: bool,
}

/// All deals, in order of creation.
#[derive(Debug)]
pub struct Deals {
    seed: u64,
    team_id: String,
    organizations: Organizations,
    list: Vec<Deal>,
}

impl Deals {
    /// One deal for each of the first contacts, owned by `owners` in turn.
    pub fn new(
        seed: u64,
        team_id: &str,
        organizations: Organizations,
        contacts: usize,
        owners: &[String],
    ) -> Deals {
        let mut deals = Deals { seed, team_id: team_id.to_owned(), organizations, list: Vec::new() };
        for index in 0..contacts.min(MOST_INVENTED) {
            let mut random = Random::at(seed, u64::from(kind::DEAL), index);
            let owner = owners.get(index % owners.len().max(1)).map(String::as_str);
            let organization = organizations.get(index % organizations.count);
            let mut sent = Map::new();
            set(&mut sent, "name", format!("{} renewal", organization.name).into());
            set(&mut sent, "amount", (42_000 + random.below(9_000)).to_string().into());
            set(&mut sent, "closed_date", format!("2026-{:02}-15", 1 + index % 12).into());
            set(&mut sent, "account_id", id(seed, kind::ACCOUNT, organization.index).into());
            let made = deals.create(&sent, owner, owner, time::day(500 + index as u64));
            if let Some(deal) = deals.list.get_mut(made) {
                deal.contact = Some(index);
            }
        }
        deals
    }

    /// A new deal with the sent fields; answers its number.
    pub fn create(
        &mut self,
        sent: &Map<String, Value>,
        owner: Option<&str>,
        creator: Option<&str>,
        at_ms: u64,
    ) -> usize {
        let index = self.list.len();
        let record = json!({
            "id": id(self.seed, kind::DEAL, index), "team_id": self.team_id, "owner_id": owner,
            "salesforce_owner_id": null, "amount": null, "closed_date": null, "account_id": null,
            "description": null, "is_closed": false, "is_won": false, "name": null, "stage_name": null,
            "opportunity_stage_id": id(self.seed, kind::DEAL_STAGE, 0),
            "opportunity_pipeline_id": id(self.seed, kind::DEAL_STAGE, 100), "source": "api",
            "salesforce_id": null, "created_at": time::zulu(at_ms), "forecast_category": "pipeline",
            "deal_probability": 25, "created_by_id": creator, "probability": null,
            "exchange_rate_code": "USD", "exchange_rate_value": 1.0, "amount_in_team_currency": null,
            "forecasted_revenue": null,
            "last_activity_date": time::zulu(at_ms), "existence_level": "none",
            "opportunity_contact_roles": [],
            "currency": {"name": "US Dollar", "iso_code": "USD", "symbol": "$"}, "typed_custom_fields": {},
        });
        let mut record = record.as_object().cloned().unwrap_or_default();
        amend(&mut record, sent);
        self.list.push(Deal { record, contact: None, hidden: false });
        index
    }

    /// The deal of an id.
    pub fn find(&self, id: &str) -> Option<&Deal> {
        index_of(self.seed, kind::DEAL, id).and_then(|index| self.list.get(index))
    }

    /// The same, to change it.
    pub fn find_mut(&mut self, id: &str) -> Option<&mut Deal> {
        index_of(self.seed, kind::DEAL, id).and_then(|index| self.list.get_mut(index))
    }

    /// The deal of a number.
    pub fn get(&self, index: usize) -> Option<&Deal> {
        self.list.get(index)
    }

    /// Every deal that may be seen.
    pub fn visible(&self) -> impl Iterator<Item = &Deal> {
        self.list.iter().filter(|deal| !deal.hidden)
    }

    /// The deal as a search lists it, with its account. Source: Apollo facts §4.9.
    pub fn listed(&self, deal: &Deal) -> Value {
        let mut shown = deal.record.clone();
        let account = deal.record.get("account_id").and_then(Value::as_str);
        let company = account.and_then(|id| index_of(self.seed, kind::ACCOUNT, id));
        let company = company.filter(|index| *index < self.organizations.count);
        let account = company.map(|index| {
            let company = self.organizations.get(index);
            json!({"id": account, "name": company.name, "domain": company.domain, "phone": company.phone,
                "sanitized_phone": company.phone, "organization_id": company.id})
        });
        set(&mut shown, "account", account.unwrap_or_default());
        Value::Object(shown)
    }
}

/// Writes the sent fields over a deal, the owner included. Source: Apollo facts §4.7 (where an owner can be
/// named).
pub fn amend(record: &mut Map<String, Value>, sent: &Map<String, Value>) {
    const PLAIN: [&str; 7] = [
        "name",
        "owner_id",
        "account_id",
        "opportunity_stage_id",
        "is_closed",
        "is_won",
        "typed_custom_fields",
    ];
    for name in PLAIN {
        if let Some(value) = sent.get(name) {
            set(record, name, value.clone());
        }
    }
    if let Some(date) = sent.get("closed_date").and_then(Value::as_str) {
        let day = date.get(..10).map(|day| format!("{day}T00:00:00.000+00:00"));
        set(record, "closed_date", day.into());
    }
    if let Some(value) = sent.get("amount") {
        let amount = amount(value);
        let revenue = amount.as_ref().and_then(Number::as_f64).map(|amount| amount * 25.0 / 100.0);
        let shown = amount.map_or(Value::Null, Value::Number);
        set(record, "amount", shown.clone());
        set(record, "amount_in_team_currency", shown);
        set(record, "forecasted_revenue", revenue.into());
    }
}

/// A text without separators, returned as a number with the same digits; with commas the amount stays blank.
/// Source: Apollo facts §4.9.
fn amount(sent: &Value) -> Option<Number> {
    match sent {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => serde_json::from_str(text.trim()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_sent_as_text_and_returned_as_the_same_number() {
        for (sent, shown) in
            [("42000", "42000"), ("42000.50", "42000.50"), ("1.0", "1.0"), ("42,000", "null")]
        {
            let mut record = Map::new();
            amend(&mut record, &json!({"amount": sent}).as_object().cloned().unwrap_or_default());
            assert_eq!(record["amount"].to_string(), shown);
        }
    }
}
