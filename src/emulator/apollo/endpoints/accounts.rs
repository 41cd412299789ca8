//! Accounts: saved companies. Source: Apollo facts §3.2 rows 22 to 28, §3.4, §4.7 (owners).

use serde_json::{Map, Value, json};

use super::super::data::World;
use super::super::data::crm::mentions;
use super::super::data::random::{id, kind};
use super::super::data::time;
use super::super::wire::answer::Answer;
use super::super::wire::input::Params;
use super::{Ask, envelope, missing, named_owner};

/// Most accounts of one bulk_create. Source: Apollo facts §3.2 row 26.
const MOST_CREATED: usize = 100;
/// Most accounts of one bulk_update. Source: Apollo facts §3.2 row 27.
const MOST_UPDATED: usize = 1_000;

/// `POST /accounts`: the owner may be named. Source: Apollo facts §3.4, §4.7.
pub fn create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let owner = named_owner(world, &ask.params)?.or_else(|| ask.acting(world));
    let index = add(world, ask.params.all(), owner.as_deref(), ask)?;
    Ok(Answer::ok(&json!({"account": world.accounts.get(index)})))
}

/// `GET /accounts/{id}`; 404 for an unknown one (unconfirmed).
pub fn show(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let (_, account) = world.accounts.find(ask.id()?).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(&json!({"account": account})))
}

/// `PATCH` and `PUT /accounts/{id}`: the owner may be named.
pub fn update(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let (index, _) = world.accounts.find(ask.id()?).ok_or_else(Answer::not_found)?;
    named_owner(world, &ask.params)?;
    Ok(Answer::ok(&json!({"account": world.accounts.amend(index, ask.params.all())})))
}

/// `POST /accounts/search`. Source: Apollo facts §3.2 row 25.
pub fn search(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let page = ask.page()?;
    let words = ask.params.text("q_organization_name").unwrap_or_default();
    let (stages, labels) = (ask.params.list("account_stage_ids"), ask.params.list("account_label_ids"));
    let one_of = |account: &Map<String, Value>, name: &str, wanted: &[String]| {
        wanted.is_empty()
            || account.get(name).is_some_and(|value| wanted.iter().any(|id| value == id.as_str()))
    };
    let labelled = |account: &Map<String, Value>| {
        let ids = account.get("label_ids").and_then(Value::as_array);
        labels.is_empty()
            || ids.into_iter().flatten().any(|id| labels.iter().any(|label| id == label.as_str()))
    };
    let fits = |account: &Map<String, Value>| {
        mentions(account, &["name", "domain"], &words)
            && one_of(account, "account_stage_id", &stages)
            && labelled(account)
    };
    let found: Vec<Value> = world.accounts.all().filter(fits).map(Value::Object).collect();
    Ok(Answer::ok(&envelope("accounts", page.cut(&found).to_vec(), &page, found.len())))
}

/// `POST /accounts/bulk_create`: known domains are answered as they are; the members of the answer follow
/// those of contacts (unconfirmed).
pub fn bulk_create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    if ask.params.value("accounts").is_none() {
        return Err(missing("accounts"));
    }
    let items = ask.params.items("accounts");
    if items.len() > MOST_CREATED {
        return Err(Answer::unprocessable("Please limit your array to 100 accounts or fewer."));
    }
    let shared = named_owner(world, &ask.params)?;
    let (mut created, mut existing) = (Vec::new(), Vec::new());
    for item in &items {
        let owner = named_owner(world, &Params::of_item(item))?.or_else(|| shared.clone());
        let owner = owner.or_else(|| ask.acting(world));
        let domain = item.get("domain").and_then(Value::as_str).filter(|domain| !domain.is_empty());
        let known = domain.and_then(|domain| {
            world.accounts.all().find(|account| account.get("domain").is_some_and(|known| known == domain))
        });
        match known {
            Some(known) => existing.push(Value::Object(known)),
            None => {
                let index = add(world, item, owner.as_deref(), ask)?;
                created.extend(world.accounts.get(index).map(Value::Object));
            }
        }
    }
    Ok(Answer::ok(&json!({"created_accounts": created, "existing_accounts": existing})))
}

/// `POST /accounts/bulk_update`: the same fields for `account_ids`, or fields of their own in
/// `account_attributes`; the owner may be named in both. Source: Apollo facts §4.7.
pub fn bulk_update(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let mut shared = ask.params.all().clone();
    shared.remove("account_ids");
    shared.remove("account_attributes");
    let same = ask.params.list("account_ids").into_iter().map(|id| (id, shared.clone()));
    let own = ask.params.items("account_attributes").into_iter().map(|item| {
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        (id, shared.clone().into_iter().chain(item).collect())
    });
    let changes: Vec<(String, Map<String, Value>)> = same.chain(own).collect();
    if changes.is_empty() {
        return Err(Answer::unprocessable("Please provide either account_ids or account_attributes"));
    }
    if changes.len() > MOST_UPDATED {
        return Err(Answer::unprocessable("Please limit your array to fewer than 1000."));
    }
    let mut written = Vec::new();
    for (id, fields) in &changes {
        named_owner(world, &Params::of_item(fields))?;
        let index = world.accounts.find(id).map(|(index, _)| index);
        written.extend(index.and_then(|index| world.accounts.amend(index, fields)).map(Value::Object));
    }
    if changes.len() > MOST_CREATED {
        let ids: Vec<&String> = changes.iter().map(|(id, _)| id).collect();
        let job = id(world.seed, kind::PROGRESS, changes.len());
        let job = json!({"id": job, "job_type": "bulk_update", "status": "pending", "entity_ids": ids});
        return Ok(Answer::ok(&json!({"entity_progress_job": job})));
    }
    Ok(Answer::ok(&json!({"accounts": written})))
}

/// `POST /accounts/update_owners`.
pub fn owners(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Answer> {
    let ids = ask.params.list("account_ids");
    if ids.is_empty() {
        return Err(missing("account_ids"));
    }
    let owner = named_owner(world, &ask.params)?.ok_or_else(|| missing("owner_id"))?;
    let fields = Map::from_iter([("owner_id".to_owned(), Value::from(owner))]);
    let indexes: Vec<usize> =
        ids.iter().filter_map(|id| world.accounts.find(id)).map(|(index, _)| index).collect();
    let written: Vec<Value> = indexes
        .into_iter()
        .filter_map(|index| world.accounts.amend(index, &fields))
        .map(|account| json!({"id": account["id"], "owner_id": account["owner_id"], "crm_owner_id": null}))
        .collect();
    Ok(Answer::ok(&json!({"accounts": written})))
}

/// Errors: 422 without name and domain. Source: Apollo facts §3.4.
fn add(
    world: &mut World,
    sent: &Map<String, Value>,
    owner: Option<&str>,
    ask: &Ask<'_>,
) -> Result<usize, Answer> {
    let given = Params::of_item(sent);
    if given.text("name").is_none() && given.text("domain").is_none() {
        return Err(Answer::unprocessable("Please specify at least a name or domain."));
    }
    let mut sent = sent.clone();
    sent.remove("owner_id");
    Ok(world.accounts.add(&sent, owner, &time::zulu(ask.now_ms)))
}
