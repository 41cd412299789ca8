//! Everything nobody could confirm about Apollo, each as a switch with the likelier position as default;
//! and the troubles a list of users can be put into.

use serde_json::{Value, json};

/// One switch. Names, defaults and sources stand in [`TABLE`], in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
#[allow(missing_docs, reason = "each is described once, in the table that people are shown")]
pub enum Switch {
    UsersAlias,
    UsersNeedMaster,
    OmitDeletedUsers,
    LowercaseEmails,
    OlderWording,
    OlderRateHeaders,
    JulyLimits,
    NoRetryAfter,
    DoubleEncoded429,
    KeysDieWithCreator,
    SeedShapes,
    TenAPage,
    BulkMatchDropsMisses,
    NoCreditsFindNobody,
    DirectPhoneSaysNo,
    ContactsHonourOwner,
    RefreshTokenSurvives,
    TokensKeepTheirPlan,
    AnyoneMayAuthorize,
    CallAssistantsAreFree,
    ReassignMakesANewUser,
    DeactivationUnlinksMailboxes,
    ScimOnEveryPlan,
    ScimCreatesAdmins,
    ScimRefusesSilently,
    ScimIgnoresEmailChange,
    ScimGroupsUnknown,
    MethodOverride,
    JsonSuffix,
    MergeSlashes,
    DecodeDots,
    ListWithoutPagination,
    ListNumbersAsText,
    ListForeignTeam,
    ListRepeatsIds,
    ListGrowsWhilePaged,
    ListShrinksWhilePaged,
    ListLacksRows,
    ListRepeatsPages,
    ListIsEmpty,
    ListIsCut,
    SequencesBusy,
    BulkCreateBreaks,
}

/// What a switch is called and does.
#[derive(Debug)]
pub struct Described {
    /// Its name on the command line and in the control surface.
    pub name: &'static str,
    /// Its position unless told.
    pub default: bool,
    /// What happens when it is on.
    pub says: &'static str,
    /// The section of the Apollo facts.
    pub fact: &'static str,
}

const fn row(name: &'static str, default: bool, says: &'static str, fact: &'static str) -> Described {
    Described { name, default, says, fact }
}

/// Every switch.
#[rustfmt::skip]
pub static TABLE: [Described; 43] = [
    row("users_alias", true, "GET /users answers like GET /users/search", "§3.3, §10"),
    row("users_need_master", false, "the users list refuses scoped keys, even those that name it", "§2.2"),
    row("omit_deleted_users", false, "deactivated users vanish from the list", "§4.1"),
    row("lowercase_emails", false, "addresses of users are shown in lower case", "§4.1, §10"),
    row("older_wording", false, "401 and 403 in the older words", "§2.2"),
    row("older_rate_headers", false, "the day's headers by their older names (x-rate-limit-daily)", "§5.2"),
    row("july_limits", false, "hours as the July copy printed them", "§5.1"),
    row("no_retry_after", false, "429 without retry-after", "§3.3"),
    row("double_encoded_429", false, "the message of a 429 holds the whole body once more", "§5.3"),
    row("keys_die_with_creator", false, "API keys die when the founding user is deactivated", "§2.1"),
    row("seed_shapes", false, "people search and usage stats in the older guide's shapes", "§3.3"),
    row("ten_a_page", false, "10 rows a page when nobody says, instead of 25", "§3.3, §10"),
    row("bulk_match_drops_misses", false, "misses are left out of `matches` instead of null", "§4.5"),
    row("no_credits_find_nobody", false, "people/match without credits is 200 with nobody, not 422", "§3.4"),
    row("direct_phone_says_no", false, "has_direct_phone may say No", "§4.3"),
    row("contacts_honour_owner", false, "POST and PATCH /contacts take owner_id", "§4.7"),
    row("refresh_token_survives", false, "a used refresh token goes on working", "§2.4"),
    row("tokens_keep_their_plan", true, "a token of a free plan stays free after an upgrade", "§2.4"),
    row("anyone_may_authorize", false, "members may authorise OAuth apps too", "§2.4"),
    row("call_assistants_are_free", false, "call assistants take no seat", "§7.2"),
    row("reassign_makes_a_new_user", false, "who comes back gets another id", "§6"),
    row("deactivation_unlinks_mailboxes", false, "mailboxes of a deactivated user are switched off", "§6"),
    row("scim_on_every_plan", false, "SCIM works whatever the plan", "§3.3, §6"),
    row("scim_creates_admins", false, "SCIM makes administrators, the older built-in default", "§6"),
    row("scim_refuses_silently", false, "without a seat or an accepted invitation: 201, and no user", "§6"),
    row("scim_ignores_email_change", false, "a change of address is answered 200 and not made", "§6"),
    row("scim_groups_unknown", false, "reading groups is 404, where connection tests need a list", "§6"),
    row("method_override", false, "_method and X-HTTP-Method-Override choose the method", "§8.1, §9"),
    row("json_suffix", false, "a path may end in .json", "§8.1, §9"),
    row("merge_slashes", false, "doubled slashes count as one", "§9"),
    row("decode_dots", false, "encoded dots and backslashes are decoded and .. is followed", "§8.1, §9"),
    row("list_without_pagination", false, "the users list carries no `pagination`", "§9"),
    row("list_numbers_as_text", false, "every number of `pagination` is a text", "§9"),
    row("list_foreign_team", false, "every third user of a page names another team", "§9"),
    row("list_repeats_ids", false, "a page begins with the last user of the page before", "§9"),
    row("list_grows_while_paged", false, "somebody is added after every page of users", "§9"),
    row("list_shrinks_while_paged", false, "somebody is taken out after every page of users", "§9"),
    row("list_lacks_rows", false, "a page lacks its last user, whom the total still counts", "§7.3, §9"),
    row("list_repeats_pages", false, "every page is answered with the first one's users", "§7.3, §9"),
    row("list_is_empty", false, "the users list is empty, its total with it", "§7.3, §9"),
    row("list_is_cut", false, "the JSON of the users list ends half-way, and its length is right", "§9"),
    row("sequences_busy", false, "making a sequence answers 429 that means no quota", "§3.4"),
    row("bulk_create_breaks", false, "contacts/bulk_create answers its 500", "§3.4"),
];

/// Positions of all switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switches([bool; TABLE.len()]);

impl Default for Switches {
    fn default() -> Self {
        let mut positions = [false; TABLE.len()];
        for (position, described) in positions.iter_mut().zip(&TABLE) {
            *position = described.default;
        }
        Switches(positions)
    }
}

/// A switch that is not there, or a position that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no switch of the fake Apollo with on or off; the names are: {names}", names = names())]
pub struct UnknownSwitch(String);

fn names() -> String {
    TABLE.iter().map(|described| described.name).collect::<Vec<_>>().join(", ")
}

impl Switches {
    /// Whether it is on.
    pub fn on(&self, switch: Switch) -> bool {
        self.0[switch as usize]
    }

    /// Puts it on or off.
    pub fn put(&mut self, switch: Switch, on: bool) {
        self.0[switch as usize] = on;
    }

    /// Puts the one of that name on or off. Errors: there is none of that name.
    pub fn put_named(&mut self, name: &str, on: bool) -> Result<(), UnknownSwitch> {
        let place = TABLE.iter().position(|described| described.name == name);
        let position = place.and_then(|place| self.0.get_mut(place));
        *position.ok_or_else(|| UnknownSwitch(name.to_owned()))? = on;
        Ok(())
    }

    /// Reads `name`, `name=on` or `name=off`, as on a command line. Errors: anything else.
    pub fn read(&mut self, text: &str) -> Result<(), UnknownSwitch> {
        let (name, on) = match text.split_once('=') {
            None => (text, true),
            Some((name, "on" | "true" | "yes")) => (name, true),
            Some((name, "off" | "false" | "no")) => (name, false),
            Some(_) => return Err(UnknownSwitch(text.to_owned())),
        };
        self.put_named(name.trim(), on)
    }

    /// All of them with their positions.
    pub fn to_json(&self) -> Value {
        let shown = TABLE.iter().zip(&self.0).map(|(described, on)| {
            let (says, fact) = (described.says, format!("Apollo facts {}", described.fact));
            let name = described.name;
            json!({"name": name, "on": on, "default": described.default, "says": says, "fact": fact})
        });
        shown.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_variants_stand_in_the_same_order() {
        let pairs = [
            (Switch::UsersAlias, "users_alias"),
            (Switch::SeedShapes, "seed_shapes"),
            (Switch::ScimCreatesAdmins, "scim_creates_admins"),
            (Switch::DecodeDots, "decode_dots"),
            (Switch::BulkCreateBreaks, "bulk_create_breaks"),
        ];
        for (switch, name) in pairs {
            assert_eq!(TABLE[switch as usize].name, name);
        }
        let mut sorted: Vec<&str> = TABLE.iter().map(|described| described.name).collect();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), TABLE.len());
    }

    #[test]
    fn a_switch_is_read_or_the_names_are_told() {
        let mut switches = Switches::default();
        assert!(switches.read("json_suffix").is_ok() && switches.on(Switch::JsonSuffix));
        assert!(switches.read("users_alias=off").is_ok() && !switches.on(Switch::UsersAlias));
        for wrong in ["nonsense", "json_suffix=perhaps"] {
            assert!(switches.read(wrong).is_err_and(|error| error.to_string().contains("merge_slashes")));
        }
    }
}
