//! Queries that are built from keys, against the parser and the rows of the sandbox.

use std::collections::BTreeSet;

use saponify::salesforce::Id;
use saponify::salesforce::soql::{
    Condition, DateLiteral, FieldSet, Soql, avg, calendar_year, count, count_distinct, day_only,
    max, min, not, quote, sum,
};
use saponify::schema::Kind;
use saponify::{Record, View};

use crate::support::{Tenant, one, start};
use crate::tenant::*;

/// All rows of a query.
async fn rows<V: View>(tenant: &Tenant, query: Soql<V>) -> Vec<V> {
    let mut stream = tenant.soap.records(query);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await.unwrap() {
        rows.push(row);
    }
    rows
}

/// Texts that have a special meaning in SOQL, in LIKE or in XML.
const NASTY: &[&str] = &[
    "O'Neill",
    "' OR Id != '",
    "\\",
    "\\\\",
    "\\'",
    "\\n",
    "\\u0041",
    "a\nb\tc\rd",
    "a\u{8}\u{c}b",
    "100%",
    "a_b",
    "a\\%b",
    "a\\_b",
    "\"<&>]]>",
    "-- x /* y */",
    "株式会社 🦀",
    "e\u{301}\u{85}\u{2028}f",
    "NULL",
    "LAST_N_DAYS:60",
];

#[tokio::test]
async fn values_find_the_rows_that_have_them() {
    let tenant = start().await;
    let texts: Vec<&str> = NASTY
        .iter()
        .copied()
        .filter(|t| !t.contains('\u{8}'))
        .collect();
    let named = texts
        .iter()
        .map(|text| Contact::new().with_last_name("Nasty").with_title(text));
    let saved = tenant.soap.create_all(named).into_results().await;
    let ids: Vec<Id> = saved
        .into_iter()
        .map(|saved| saved.unwrap().id.unwrap())
        .collect();
    let nasty = || Soql::select(Contact::ID).filter(Contact::LAST_NAME.eq("Nasty"));
    for (text, id) in texts.iter().zip(&ids) {
        let found = rows(&tenant, nasty().filter(Contact::TITLE.eq(*text))).await;
        let found: Vec<_> = found.iter().filter_map(|row| row.id()).collect();
        assert_eq!(found, [*id], "{text:?}");
        // The same query, written by hand.
        let soql = format!("SELECT Id FROM Contact WHERE Title = {}", quote(text));
        assert_eq!(one::<Contact>(&tenant.soap, &soql).await.id(), Some(*id));
        // A partial match finds exactly the rows whose text contains this text.
        let mut conditions = vec![
            (
                Contact::TITLE.contains(text),
                texts.iter().filter(|t| t.contains(text)).count(),
            ),
            (
                Contact::TITLE.starts_with(text),
                texts.iter().filter(|t| t.starts_with(text)).count(),
            ),
            (
                Contact::TITLE.ends_with(text),
                texts.iter().filter(|t| t.ends_with(text)).count(),
            ),
        ];
        let all_but = not(Contact::TITLE.in_([*text]));
        conditions.push((all_but, texts.len() - 1));
        for (condition, expected) in conditions {
            let found = rows(&tenant, nasty().filter(condition)).await;
            assert_eq!(found.len(), expected, "{text:?}");
        }
    }
    assert_eq!(
        rows(&tenant, nasty().filter(Contact::TITLE.in_(texts.clone())))
            .await
            .len(),
        texts.len()
    );
    // `like` keeps the wildcards of the caller's pattern, and an escaped character has no special
    // meaning.
    for (pattern, expected) in [
        ("a_b", vec!["a_b"]),
        ("100\\%", vec!["100%"]),
        ("a\\_%", vec!["a_b"]),
    ] {
        let found = rows(
            &tenant,
            nasty()
                .and_select(Contact::TITLE)
                .filter(Contact::TITLE.like(pattern)),
        )
        .await;
        let found: Vec<_> = found.iter().filter_map(|row| row.title()).collect();
        assert_eq!(found, expected, "{pattern}");
    }
}

/// A condition, and a function that states its meaning.
struct Check {
    condition: Condition<Account>,
    holds: Box<dyn Fn(&Account) -> bool>,
}

fn case(condition: Condition<Account>, holds: impl Fn(&Account) -> bool + 'static) -> Check {
    let holds = Box::new(holds);
    Check { condition, holds }
}

fn cases(middle: &Account) -> Vec<Check> {
    let revenue = middle.annual_revenue().unwrap();
    let employees = middle.number_of_employees().unwrap();
    let created = middle.created_date().unwrap();
    let id = middle.id().unwrap();
    let industries = ["Energy", "Food & Beverage"];
    vec![
        case(Account::INDUSTRY.eq("Energy"), |a| {
            a.industry() == Some("Energy")
        }),
        case(Account::INDUSTRY.ne("Energy"), |a| {
            a.industry() != Some("Energy")
        }),
        case(Account::INDUSTRY.in_(industries), move |a| {
            a.industry().is_some_and(|i| industries.contains(&i))
        }),
        case(Account::INDUSTRY.is_null(), |a| a.industry().is_none()),
        case(Account::INDUSTRY.is_not_null(), |a| a.industry().is_some()),
        case(Account::RATING.eq(None::<&str>), |a| a.rating().is_none()),
        case(Account::RATING.eq(Some("Hot")), |a| {
            a.rating() == Some("Hot")
        }),
        case(Account::ANNUAL_REVENUE.lt(revenue), move |a| {
            a.annual_revenue().is_some_and(|r| r < revenue)
        }),
        case(Account::ANNUAL_REVENUE.ge(revenue), move |a| {
            a.annual_revenue().is_some_and(|r| r >= revenue)
        }),
        case(Account::NUMBER_OF_EMPLOYEES.le(employees), move |a| {
            a.number_of_employees().is_some_and(|n| n <= employees)
        }),
        case(Account::NUMBER_OF_EMPLOYEES.gt(employees), move |a| {
            a.number_of_employees().is_some_and(|n| n > employees)
        }),
        case(Account::CREATED_DATE.gt(created), move |a| {
            a.created_date() > Some(created)
        }),
        case(Account::CREATED_DATE.le(created), move |a| {
            a.created_date() <= Some(created)
        }),
        case(Account::ID.eq(id), move |a| a.id() == Some(id)),
        case(Account::ID.in_([id]), move |a| a.id() == Some(id)),
        case(Account::IS_DELETED.eq(false), |_| true),
        case(Account::ID.in_(Vec::<Id>::new()), |_| false),
        case(Account::ID.not_in(Vec::<Id>::new()), |_| true),
    ]
}

#[tokio::test]
async fn conditions_mean_what_they_say() {
    let tenant = start().await;
    let everything = || Soql::<Account>::select(FieldSet::all().without_compound());
    let all = rows(&tenant, everything()).await;
    let known = |a: &&Account| a.annual_revenue().is_some() && a.number_of_employees().is_some();
    let middle = all.iter().filter(known).nth(30).unwrap();
    let check = async |case: Check, what: &str| {
        let found = rows(&tenant, everything().filter(case.condition)).await;
        let found: BTreeSet<Id> = found.iter().filter_map(|row| row.id()).collect();
        let expected = all.iter().filter(|row| (case.holds)(row));
        assert_eq!(
            found,
            expected.filter_map(|row| row.id()).collect(),
            "{what}"
        );
    };
    for (number, case) in cases(middle).into_iter().enumerate() {
        check(case, &format!("condition {number}")).await;
    }
    // Random trees of conditions test the parentheses.
    let mut state = 7_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    for tree in 0..60 {
        let mut parts = cases(middle);
        while parts.len() > 1 {
            let one = parts.swap_remove(random(parts.len()));
            let joined = match random(5) {
                0 => {
                    let holds = one.holds;
                    case(!one.condition, move |a| !holds(a))
                }
                n => {
                    let other = parts.swap_remove(random(parts.len()));
                    let (p, q) = (one.holds, other.holds);
                    match n {
                        1 => case(one.condition & other.condition, move |a| p(a) && q(a)),
                        2 => case(one.condition.and(other.condition), move |a| p(a) && q(a)),
                        3 => case(one.condition | other.condition, move |a| p(a) || q(a)),
                        _ => case(one.condition.or(other.condition), move |a| p(a) || q(a)),
                    }
                }
            };
            parts.push(joined);
            // The parser of the sandbox limits the depth of a tree.
            parts.truncate(6);
        }
        check(parts.remove(0), &format!("tree {tree}")).await;
    }
}

#[tokio::test]
async fn queries_are_written_as_by_hand() {
    let id: Id = "0015e000000AcMe".parse().unwrap();
    let query = Soql::select((
        (Contact::ID, Contact::NAME, Contact::ID),
        Contact::ACCOUNT.then(Account::OWNER).then(User::NAME),
        FieldSet::audit(),
    ))
    .filter(Contact::BIRTHDATE.ge(jiff::civil::date(1984, 2, 29)))
    .filter(Contact::ACCOUNT_ID.eq(id) | Contact::ACCOUNT.then(Account::INDUSTRY).like("E%"))
    .filter(!Contact::SKILLS__C.includes(["Rust;SQL", "Java"]))
    .order_by(Contact::NAME.asc().nulls_last())
    .order_by(Contact::CREATED_DATE.desc())
    .limit(10)
    .offset(20);
    assert_eq!(
        query.text().unwrap(),
        "SELECT Id, Name, Account.Owner.Name, CreatedById, CreatedDate, LastModifiedById, \
         LastModifiedDate, SystemModstamp FROM Contact WHERE Birthdate >= 1984-02-29 AND \
         (AccountId = '0015e000000AcMeAAK' OR Account.Industry LIKE 'E%') AND (NOT Skills__c \
         INCLUDES ('Rust;SQL', 'Java')) ORDER BY Name ASC NULLS LAST, CreatedDate DESC LIMIT 10 \
         OFFSET 20"
    );
}

#[tokio::test]
async fn parents_children_orders_and_pages_come_as_asked_for() {
    let tenant = start().await;
    let query = Soql::select((
        Contact::LAST_NAME,
        Contact::ACCOUNT.then(Account::NAME),
        Contact::ACCOUNT.then(Account::PARENT).then(Account::NAME),
        Contact::ACCOUNT.then(Account::OWNER).then(User::NAME),
    ))
    .filter(Contact::ACCOUNT.then(Account::LEGACY_ID__C).eq("LEG-1"));
    let contacts = rows(&tenant, query).await;
    assert!(!contacts.is_empty());
    for contact in contacts {
        let account = contact.account().unwrap();
        assert!(account.name().unwrap().starts_with("Acme"));
        assert!(account.owner().unwrap().name().is_some());
    }
    let what =
        Soql::select((Task::ID, Task::WHAT.then(Name::NAME))).filter(Task::WHAT_ID.is_not_null());
    let tasks = rows(&tenant, what).await;
    assert!(!tasks.is_empty() && tasks.iter().all(|task| task.get(Task::WHAT).is_some()));

    let contacts = Soql::select((Contact::LAST_NAME, Contact::EMAIL))
        .order_by(Contact::LAST_NAME.desc())
        .limit(2);
    let query = Soql::select(Account::ID).children(Account::CONTACTS, contacts);
    let accounts = rows(&tenant, query).await;
    let children = accounts
        .iter()
        .filter_map(|account| account.contacts().result());
    assert!(children.clone().all(|contacts| contacts.size <= 2) && children.count() > 0);

    let ordered = |nulls_last: bool| {
        let direction = Account::ANNUAL_REVENUE.asc();
        let direction = if nulls_last {
            direction.nulls_last()
        } else {
            direction.nulls_first()
        };
        Soql::select(Account::ANNUAL_REVENUE).order_by(direction)
    };
    let first = rows(&tenant, ordered(false)).await;
    let last = rows(&tenant, ordered(true)).await;
    assert!(first[0].annual_revenue().is_none() && last[0].annual_revenue().is_some());
    assert!(last[last.len() - 1].annual_revenue().is_none());
    let page = rows(&tenant, ordered(true).limit(3).offset(2)).await;
    let revenue = |rows: &[Account]| {
        rows.iter()
            .map(|row| row.annual_revenue())
            .collect::<Vec<_>>()
    };
    assert_eq!(revenue(&page), revenue(&last[2..5]));

    let energetic = Soql::select(Account::ID).filter(Account::INDUSTRY.eq("Energy"));
    let inside = Soql::select(Contact::ID).filter(Contact::ACCOUNT_ID.in_query(energetic.clone()));
    let direct =
        Soql::select(Contact::ID).filter(Contact::ACCOUNT.then(Account::INDUSTRY).eq("Energy"));
    assert_eq!(
        rows(&tenant, inside).await.len(),
        rows(&tenant, direct).await.len()
    );
    let outside = Soql::select(Account::ID).filter(Account::ID.not_in_query(energetic));
    assert!(!rows(&tenant, outside).await.is_empty());
    let raw = Soql::select(Account::ID)
        .select_raw("toLabel(Rating)")
        .filter(Condition::raw("Rating = 'Hot' OR Rating = 'Cold'"));
    let raw = rows(&tenant, raw.filter(Account::RATING.ne("Cold"))).await;
    assert!(!raw.is_empty() && raw.iter().all(|row| row.rating() == Some("Hot")));
}

#[tokio::test]
async fn multi_select_picklists_are_asked_for_by_their_choices() {
    let tenant = start().await;
    let skills = |condition| Soql::select(Contact::SKILLS__C).filter(condition);
    let both = rows(&tenant, skills(Contact::SKILLS__C.includes(["Rust;SQL"]))).await;
    let has = |row: &Contact, skill| row.skills__c().unwrap().split(';').any(|s| s == skill);
    assert!(!both.is_empty() && both.iter().all(|row| has(row, "Rust") && has(row, "SQL")));
    let either = rows(
        &tenant,
        skills(Contact::SKILLS__C.includes(["Rust", "SQL"])),
    )
    .await;
    assert!(either.len() > both.len());
    let neither =
        skills(Contact::SKILLS__C.excludes(["Rust", "SQL"]) & Contact::SKILLS__C.is_not_null());
    let neither = rows(&tenant, neither).await;
    assert!(
        !neither.is_empty()
            && neither
                .iter()
                .all(|row| !has(row, "Rust") && !has(row, "SQL"))
    );
}

/// Checks that all fields of an object can be selected, and that the rows have no other fields.
async fn whole<V: View>(tenant: &Tenant) {
    let fields = FieldSet::<V>::all();
    let names: BTreeSet<&str> = fields.names().collect();
    let found = rows(tenant, Soql::select(fields).limit(3)).await;
    for row in found {
        let unasked = |(name, _): &(&str, _)| !names.contains(name);
        let record: &Record = row.as_record();
        assert_eq!(
            record
                .fields()
                .find(unasked)
                .map(|(name, _)| name.to_owned()),
            None
        );
    }
}

#[tokio::test]
async fn groups_of_fields_can_be_selected() {
    let tenant = start().await;
    whole::<Account>(&tenant).await;
    whole::<Contact>(&tenant).await;
    whole::<Task>(&tenant).await;
    whole::<Case>(&tenant).await;
    whole::<User>(&tenant).await;
    whole::<Attachment>(&tenant).await;
    whole::<Invoice__c>(&tenant).await;
    whole::<AccountHistory>(&tenant).await;

    let names = |set: FieldSet<Invoice__c>| set.names().collect::<Vec<_>>();
    assert!(
        names(FieldSet::custom())
            .iter()
            .all(|name| name.contains("__"))
    );
    assert!(
        names(FieldSet::standard())
            .iter()
            .all(|name| !name.contains("__"))
    );
    let both = FieldSet::standard().and(FieldSet::custom());
    assert_eq!(names(both).len(), names(FieldSet::all()).len());
    assert_eq!(
        names(FieldSet::matching("site__*")),
        ["Site__Latitude__s", "Site__Longitude__s", "Site__c"]
    );
    assert_eq!(names(FieldSet::of_kind(Kind::Time)), ["Pickup_Time__c"]);
    let without = FieldSet::all()
        .without_compound()
        .without("Delivery__*")
        .without("*__c");
    assert!(names(without.clone()).contains(&"Site__Latitude__s"));
    assert!(
        !names(without)
            .iter()
            .any(|name| name.starts_with("Delivery") || name.ends_with("__c"))
    );
    assert!(
        !FieldSet::<Attachment>::all()
            .without_base64()
            .names()
            .any(|name| name == "Body")
    );
    // The WSDL does not state the length of a text, but the service does.
    let describe = tenant
        .soap
        .describe_s_object("Invoice__c")
        .await
        .unwrap()
        .unwrap();
    let short = names(FieldSet::all().described(&describe, 255));
    assert!(short.contains(&"Legacy_Id__c") && short.contains(&"Amount__c"));
    assert!(!short.contains(&"Notes__c"), "{short:?}");
    // The form that `retrieve` needs.
    assert_eq!(
        FieldSet::<Invoice__c>::matching("*name").to_string(),
        "Name"
    );
}

#[tokio::test]
async fn groups_of_rows_are_counted() {
    let tenant = start().await;
    let total = Soql::<Account>::count().filter(Account::INDUSTRY.is_not_null());
    let total = tenant
        .soap
        .query(&total.text().unwrap())
        .await
        .unwrap()
        .size;
    let query = Soql::aggregate((
        Account::INDUSTRY,
        count(Account::ID).alias("n"),
        count_distinct(Account::TYPE).alias("types"),
        sum(Account::ANNUAL_REVENUE).alias("total"),
        avg(Account::ANNUAL_REVENUE),
        min(Account::CREATED_DATE).alias("first"),
        max(Account::CREATED_DATE).alias("last"),
    ))
    .filter(Account::INDUSTRY.is_not_null())
    .group_by(Account::INDUSTRY)
    .having(count(Account::ID).gt(0))
    .order_by(count(Account::ID).desc())
    .order_by(Account::INDUSTRY.asc());
    let mut groups = tenant.soap.records::<Record>(query);
    let (mut sum, mut last) = (0, i32::MAX);
    while let Some(group) = groups.try_next().await.unwrap() {
        assert_eq!(group.type_name(), "AggregateResult");
        let n: i32 = group.text("n").unwrap().parse().unwrap();
        assert!(n <= last && group.text("Industry").is_some() && group.text("types").is_some());
        assert!(group.text("first") <= group.text("last"));
        (sum, last) = (sum + n, n);
    }
    assert_eq!(sum, total);
    let by_year = Soql::aggregate((
        calendar_year(Contact::CREATED_DATE).alias("year"),
        count(Contact::ID),
    ))
    .filter(day_only(Contact::CREATED_DATE).le(jiff::civil::date(2999, 1, 1)))
    .group_by(calendar_year(Contact::CREATED_DATE));
    let mut years = tenant.soap.records::<AggregateResult>(by_year);
    let year = years.try_next().await.unwrap().unwrap();
    assert!(year.as_record().text("year").is_some() && year.as_record().text("expr0").is_some());
}

#[tokio::test]
async fn dates_by_name_are_known() {
    use DateLiteral::*;
    let tenant = start().await;
    let spans = [
        Yesterday,
        Today,
        Tomorrow,
        LastWeek,
        ThisWeek,
        NextWeek,
        LastMonth,
        ThisMonth,
        NextMonth,
        Last90Days,
        Next90Days,
        ThisQuarter,
        LastQuarter,
        NextQuarter,
        ThisYear,
        LastYear,
        NextYear,
        LastNDays(60),
        NextNDays(3),
        NDaysAgo(2),
        LastNWeeks(2),
        NextNWeeks(2),
        NWeeksAgo(3),
        LastNMonths(2),
        NextNMonths(2),
        NMonthsAgo(2),
        LastNQuarters(1),
        NextNQuarters(1),
        NQuartersAgo(1),
        LastNYears(5),
        NextNYears(5),
        NYearsAgo(1),
    ];
    for span in spans {
        let moments = Soql::select(Contact::ID)
            .filter(Contact::CREATED_DATE.eq(span))
            .limit(1);
        rows(&tenant, moments).await;
        let dates = Soql::select(Opportunity::ID)
            .filter(Opportunity::CLOSE_DATE.lt(span))
            .limit(1);
        rows(&tenant, dates).await;
    }
    let made = Contact::new().with_last_name("Just now");
    assert!(tenant.soap.create_all([made]).summary().await.is_complete());
    let now = Soql::select(Contact::ID)
        .filter(Contact::LAST_NAME.eq("Just now") & Contact::CREATED_DATE.eq(LastNDays(1)));
    assert_eq!(rows(&tenant, now).await.len(), 1);
}

#[tokio::test]
async fn a_query_that_cannot_be_valid_is_not_sent() {
    fn why<V: View>(query: Soql<V>) -> String {
        let error = query.text().unwrap_err();
        assert!(error.is_usage() && !error.maybe_applied());
        error.to_string()
    }
    let tenant = start().await;
    let accounts = || Soql::select(Account::ID);
    let ids = std::iter::repeat_n("0015e000000AcMe".parse::<Id>().unwrap(), 5_000);
    let long = accounts().filter(Account::ID.in_(ids));
    assert!(why(long.clone()).contains("100000"));
    let mut stream = tenant.soap.records(long);
    assert!(stream.try_next().await.unwrap_err().is_usage());
    assert!(stream.try_next().await.unwrap().is_none());
    assert_eq!(tenant.requests.bodies("query").len(), 0);
    let text = "secret".repeat(1_000);
    let told = why(accounts().filter(Account::NAME.ne(text.as_str())));
    assert!(told.contains("4000") && !told.contains("secret"), "{told}");
    assert!(why(accounts().offset(2_001)).contains("2000"));
    assert!(why(accounts().filter(Account::ANNUAL_REVENUE.gt(f64::NAN))).contains("NaN"));
    let up = Account::PARENT.then(Account::PARENT).then(Account::PARENT);
    let up = up.then(Account::PARENT).then(Account::PARENT);
    let five = up.clone().then(Account::NAME);
    assert!(accounts().filter(five.is_null()).text().is_ok());
    let six = up.then(Account::PARENT).then(Account::NAME);
    assert!(why(accounts().and_select(six)).contains("6 relationships"));
    assert!(why(Soql::<Account>::select(FieldSet::matching("nope"))).contains("empty"));
    assert!(why(Soql::select(Account::CONTACTS)).contains("Contacts"));
    assert!(why(accounts().children(Account::NAME, Soql::select(Contact::ID))).contains("Name"));
    let two = Soql::select((Account::ID, Account::NAME));
    let join = Soql::select(Contact::ID).filter(Contact::ACCOUNT_ID.in_query(two));
    assert!(why(join).contains("one field"));
    let named = Soql::aggregate(count(Account::ID).alias("n FROM x"));
    assert!(named.text().unwrap_err().is_usage());
    // `Debug` of queries and conditions shows no values.
    let condition = Account::NAME.eq("secret");
    let shown = format!("{condition:?} {:?}", accounts().filter(condition.clone()));
    assert!(!shown.contains("secret"), "{shown}");
}
